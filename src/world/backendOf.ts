import type { HostFacts } from '../host/hostFacts.ts'
import type { RuleState } from '../host/ruleState.ts'
import type { Family } from '../net/address.ts'
import type { Backend } from '../netfilter/priority.ts'

/** Whose command printed the family's rules; else whose was seen at all. */
export function backendOf(family: Family, { dumps }: RuleState, { backends }: HostFacts): Backend {
  const own = dumps.filter((dump) => dump.family === family && dump.backend !== null)
  const used = own.find(({ table }) => table.chains.some(({ rules }) => rules.length > 0)) ?? own[0]
  return used?.backend ?? backends.seen[0] ?? 'nft'
}
