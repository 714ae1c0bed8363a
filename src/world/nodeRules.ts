import { hostPrefix, printPrefix } from '../net/prefix.ts'
import type { Address } from '../net/address.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'
import { onceFor } from '../ruleset/onceFor.ts'

/** Chains that node software makes: kube-proxy, container engines, network plugins. */
const NODE_CHAINS = /^(KUBE-|DOCKER|cali-|CILIUM_|FLANNEL|CNI-|LIBVIRT_|WEAVE)/

/** Whether rules are a node's rather than a pod's: something in them forwards. */
export function looksLikeNode(rulesets: readonly Ruleset[]): boolean {
  return rulesets.some(hasNodeChain)
}

const hasNodeChain = onceFor((ruleset: Ruleset): boolean => ruleset.tables.some((table) => table.chains.some(({ name, rules, policy }) =>
  NODE_CHAINS.test(name) || (name === 'FORWARD' && (rules.length > 0 || policy === 'DROP')))))

/** An address the rules name as a destination of its own is a Service's, not an interface's. */
export function isNamedDestination(rulesets: readonly Ruleset[], address: Address): boolean {
  const text = printPrefix(hostPrefix(address))
  return rulesets.some((ruleset) => destinationsIn(ruleset).has(text))
}

const destinationsIn = onceFor((ruleset: Ruleset): ReadonlySet<string> => new Set(ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.flatMap(({ ip }) => (ip.destination && !ip.destination.negated ? [ip.destination.value] : []))))))
