import type { Ruleset } from '../netfilter/ruleset.ts'
import type { TableDump } from '../ruleset/tableDump.ts'

/** Tables that belong together: one moment of one namespace. */
export interface RuleState {
  /** One for each address family that has tables. */
  readonly rulesets: readonly Ruleset[]
  /** Where each table stands in the text, and who printed it. */
  readonly dumps: readonly TableDump[]
}
