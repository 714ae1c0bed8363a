import { UNLISTED } from '../extensions/unlistedValue.ts'
import type { Family } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Rule, Table } from '../netfilter/ruleset.ts'
import type { Span } from '../netfilter/span.ts'

/** Counters in front of a rule, one of them rounded (xtables_print_num). */
const ROUNDED = /^(?:\d+\s+)?(?:\d+[KMGT]\s+\d+[KMGT]?|\d+\s+\d+[KMGT])\s/
/** ip6tables names ::, ::/64 and ::/128 alike (xtables_ip6addr_to_anyname); iptables any address 0.0.0.0 of a conntrack condition (conntrack_dump_addr). */
const ANYWHERE: Readonly<Record<Family, { readonly text: RegExp; readonly candidates: readonly string[] }>> = {
  4: { text: /ct(?:orig|repl)(?:src|dst) !?anywhere(?!\S)/, candidates: ['0.0.0.0/0', `0.0.0.0/${UNLISTED}`] },
  6: { text: /(?<!\S)anywhere(?!\S)/, candidates: ['::/0', '::/64', '::/128'] },
}

/** What a listing's form hides in many of its lines: said once a table, at the first of them. */
export function listingLosses(table: Table, family: Family, roundedHeading: Span | null): Diagnostic[] {
  const rules = table.chains.flatMap((chain) => chain.rules)
  const rounded = roundedHeading ?? rules.find(({ text }) => text !== undefined && ROUNDED.test(text))?.span
  return [rounded ? [roundedCounters(table, rounded)] : [], unclearAnywhere(table, rules, family)].flat()
}

const roundedCounters = ({ name }: Table, span: Span): Diagnostic => ({
  code: 'rounded-counters', severity: 'info', span, message: `table ${name}: counters above 99999 are rounded to K, M, G or T; what they were is lost (list with -x)`,
})

function unclearAnywhere({ name }: Table, rules: readonly Rule[], family: Family): Diagnostic[] {
  const { text: pattern, candidates } = ANYWHERE[family]
  const unclear = rules.filter(({ text }) => text !== undefined && pattern.test(text))
  const [first] = unclear
  if (!first) return []
  return [{
    code: 'unclear-anywhere', severity: 'info', span: first.span ?? null, candidates,
    message: `table ${name}: "anywhere" may stand for ${candidates.join(' or ')} in ${unclear.length} of its rules; it is read as any address (list with -n)`,
  }]
}
