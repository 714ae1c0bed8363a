import type { RuleState } from '../host/ruleState.ts'
import { repairConnmark } from '../istio/connmarkMisprint.ts'
import { restoreInterfaces } from '../istio/unshownInterfaces.ts'
import type { Read } from '../netfilter/diagnostic.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'

const REPAIRS = [['connmark-misprint', repairConnmark], ['interfaces-unshown', restoreInterfaces]] as const

const NONE: ReadonlySet<string> = new Set()

/** A state ready to be walked: what the text's form has lost, put back where it is certain, unless `literal` has the repair's code. Rules that no text showed have lost nothing. */
export function repairedState(state: RuleState, literal: ReadonlySet<string> = NONE): Read<RuleState> {
  if (state.dumps.length === 0) return { value: state, diagnostics: [] }
  const read = state.rulesets.map((ruleset) => repaired(ruleset, literal))
  return { value: { ...state, rulesets: read.map(({ value }) => value) }, diagnostics: read.flatMap(({ diagnostics }) => diagnostics) }
}

function repaired(ruleset: Ruleset, literal: ReadonlySet<string>): Read<Ruleset> {
  return REPAIRS.filter(([code]) => !literal.has(code)).reduce<Read<Ruleset>>(({ value, diagnostics }, [, repair]) => {
    const next = repair(value)
    return { value: next.value, diagnostics: [...diagnostics, ...next.diagnostics] }
  }, { value: ruleset, diagnostics: [] })
}
