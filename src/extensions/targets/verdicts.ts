import { ACCEPT, DROP, RETURN } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

type Nothing = Readonly<Record<string, never>>

const verdict = (name: string, effect: Effect, ends: 'ends' | 'returns'): TargetExtension<Nothing> => ({
  name,
  ends,
  options: {},
  parse: () => ({}),
  print: () => '',
  parseListing: () => ({}),
  printListing: () => '',
  compile: () => () => effect,
})

/** The standard target's verdicts (x_tables' XT_STANDARD_TARGET). */
export const accept = verdict('ACCEPT', ACCEPT, 'ends')
export const drop = verdict('DROP', DROP, 'ends')
export const returns = verdict('RETURN', RETURN, 'returns')
