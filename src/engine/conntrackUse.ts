import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { Rule, Ruleset } from '../netfilter/ruleset.ts'

/**
 * Whether a rule set makes the kernel register conntrack's hooks: some rule's match or target asks for it
 * (nf_ct_netns_get). Without one, nat chains are never entered.
 */
export function tracksConnections(ruleset: Ruleset): boolean {
  return ruleset.tables.some((table) => table.chains.some((chain) => chain.rules.some(ruleTracks)))
}

const ruleTracks = ({ matches, target }: Rule): boolean =>
  matches.some((match) => 'info' in match && matchExtension(match.name)?.needsConntrack?.(match.info) === true) ||
  (target?.kind === 'extension' && targetExtension(target.name)?.needsConntrack?.(target.info) === true)
