import type { RuleState } from '../host/ruleState.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'

/** Whose rules a dump shows; the generator is loaded only where a chain has a name of Istio's. Rules made of arguments need no guess. */
export async function recognisedIn({ rulesets, dumps }: RuleState): Promise<Recognised | null> {
  const named = rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ name }) => name.startsWith('ISTIO_'))))
  return named && dumps.length > 0 ? (await import('../istio/recognise/recogniseIstio.ts')).recogniseIstio(rulesets) : null
}
