import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { Rule, Ruleset } from '../netfilter/ruleset.ts'
import { onceFor } from '../ruleset/onceFor.ts'

/**
 * Whether a rule set makes the kernel register conntrack's hooks: some rule's match or target asks for it
 * (nf_ct_netns_get). Without one, nat chains are never entered. What could not be read, and chains the text lacks, may
 * well ask for it, so they count.
 */
export const tracksConnections: (ruleset: Ruleset) => boolean = onceFor(({ tables }) => tables.some((table) => {
  const chains = new Set(table.chains.map(({ name }) => name))
  return table.chains.some((chain) => chain.rules.some((rule) => ruleTracks(rule, chains)))
}))

function ruleTracks({ matches, target }: Rule, chains: ReadonlySet<string>): boolean {
  if (matches.some((match) => 'verbatim' in match || matchExtension(match.name)?.needsConntrack?.(match.info) === true)) return true
  if (!target) return false
  if ('chain' in target) return !chains.has(target.chain)
  return target.kind === 'verbatim' || targetExtension(target.name)?.needsConntrack?.(target.info) === true
}
