import { ACCEPT, DROP, RETURN } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

type Nothing = Readonly<Record<string, never>>

const verdict = (name: string, effect: Effect): TargetExtension<Nothing> => ({
  name,
  options: {},
  parse: () => ({}),
  print: () => '',
  parseListing: () => ({}),
  printListing: () => '',
  compile: () => () => effect,
})

/** The standard target's verdicts (x_tables' XT_STANDARD_TARGET). */
export const accept = verdict('ACCEPT', ACCEPT)
export const drop = verdict('DROP', DROP)
export const returns = verdict('RETURN', RETURN)
