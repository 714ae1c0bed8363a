import type { RuleState } from '../host/ruleState.ts'
import { repairConnmark } from '../istio/connmarkMisprint.ts'
import { restoreInterfaces } from '../istio/unshownInterfaces.ts'
import type { Read } from '../netfilter/diagnostic.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'


/** What puts back something that texts of a form have lost. */
interface Repair {
  /** Of the diagnostic that says so. */
  readonly code: string
  readonly of: 'any' | 'listing'
  readonly repair: (ruleset: Ruleset) => Read<Ruleset>
}

const REPAIRS: readonly Repair[] = [{ code: 'connmark-misprint', of: 'any', repair: repairConnmark }, { code: 'interfaces-unshown', of: 'listing', repair: restoreInterfaces }]

const NONE: ReadonlySet<string> = new Set()

/** A state ready to be walked: what the text's form has lost, put back where it is certain, unless `literal` has the repair's code. Rules that no text showed have lost nothing. */
export function repairedState(state: RuleState, literal: ReadonlySet<string> = NONE): Read<RuleState> {
  if (state.dumps.length === 0) return { value: state, diagnostics: [] }
  const repairs = REPAIRS.filter(({ code, of }) => !literal.has(code) && (of === 'any' || state.dumps.some(({ origin }) => origin.form === of)))
  const read = state.rulesets.map((ruleset) => repaired(ruleset, repairs))
  return { value: { ...state, rulesets: read.map(({ value }) => value) }, diagnostics: read.flatMap(({ diagnostics }) => diagnostics) }
}

function repaired(ruleset: Ruleset, repairs: readonly Repair[]): Read<Ruleset> {
  return repairs.reduce<Read<Ruleset>>(({ value, diagnostics }, { repair }) => {
    const next = repair(value)
    return { value: next.value, diagnostics: [...diagnostics, ...next.diagnostics] }
  }, { value: ruleset, diagnostics: [] })
}
