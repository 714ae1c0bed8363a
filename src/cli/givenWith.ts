import type { Given } from '../world/question.ts'
import type { LoadedRules } from './loadRules.ts'
import { recognisedIn } from '../world/readRules.ts'

/** What is given of the namespace, with what the input shows of its proxy and whose rules it shows. */
export async function givenWith(loaded: LoadedRules, given: Given): Promise<Given> {
  return { ...given, ...(loaded.envoy && { envoy: loaded.envoy }), recognised: await recognisedIn(loaded.state) }
}
