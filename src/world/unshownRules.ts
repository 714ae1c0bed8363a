import type { RuleState } from '../host/ruleState.ts'
import type { Family } from '../net/address.ts'
import { TABLES } from '../netfilter/table.ts'
import type { Assumption } from './outcome.ts'

/** Tables where rules would change a walk most often; security is all but unused. */
const WATCHED = TABLES.filter((table) => table !== 'security')

/**
 * Tables the input does not show are taken to be empty. iptables-save prints every table that is loaded, and generated
 * rules are whole; a listing shows one table only.
 */
export function unshownRules({ rulesets, dumps }: RuleState, family: Family): Assumption[] {
  const tables = rulesets.find((each) => each.family === family)?.tables.map(({ name }) => name) ?? []
  const program = family === 4 ? 'iptables' : 'ip6tables'
  if (tables.length === 0 && dumps.length > 0) {
    return [{ code: 'assume-no-rules', message: `the input shows no rules for IPv${family}; there are taken to be none (add the output of \`${program}-save\`)` }]
  }
  const own = dumps.filter((dump) => dump.family === family)
  const cut = own.flatMap((dump): Assumption[] => (dump.cut === null ? [] : [{ code: 'assume-whole-text', message: `table ${dump.table.name} has no rules beyond those shown, although ${dump.cut} (give the whole text)` }]))
  const unshown = WATCHED.filter((table) => !tables.includes(table))
  if (own.every(({ origin }) => origin.form === 'save') || unshown.length === 0) return cut
  return [...cut, { code: 'assume-empty-tables', message: `the tables ${unshown.join(', ')} are not shown and taken to be empty (\`${program}-save\` shows all)` }]
}
