import type { Recognised } from '../istio/recognise/recognised.ts'
import type { Given } from '../world/question.ts'
import type { LoadedRules } from './loadRules.ts'

/** What is given of the namespace, with what the input shows of its proxy and whose rules it shows. */
export async function givenWith(loaded: LoadedRules, given: Given): Promise<Given> {
  return { ...given, ...(loaded.envoy && { envoy: loaded.envoy }), recognised: await recognisedIn(loaded) }
}

/** Whose rules a dump shows; the generator is loaded only where a chain has a name of Istio's. Rules made of arguments need no guess. */
async function recognisedIn({ state: { rulesets, dumps } }: LoadedRules): Promise<Recognised | null> {
  const named = rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ name }) => name.startsWith('ISTIO_'))))
  return named && dumps.length > 0 ? (await import('../istio/recognise/recogniseIstio.ts')).recogniseIstio(rulesets) : null
}
