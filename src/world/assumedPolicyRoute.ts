import type { Family } from '../net/address.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import { RouteTable } from '../host/netns.ts'
import type { PolicyRule, Route } from '../host/netns.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import { capturePorts } from './detectProfile.ts'
import type { Assumption } from './outcome.ts'
import { policyRoute } from './policyRoute.ts'

/** What is taken to be there beside what is shown. */
interface AssumedRouting {
  readonly rules: readonly PolicyRule[]
  readonly routes: readonly Route[]
}

const NOTHING: AssumedRouting = { rules: [], routes: [] }

/** The mark of packets that must come in here, and where Istio puts the rule and the route for them. */
interface Needed {
  readonly mark: NonNullable<PolicyRule['mark']>
  readonly priority: number
  readonly table: number
}

/** istio-iptables and istio-cni add a policy rule and a route beside their rules; a dump of rules does not show them, nor does `ip route` without `table all`. */
export function assumedPolicyRoute(rulesets: readonly Ruleset[], profile: MeshProfile, facts: HostFacts, family: Family, assumptions: Assumption[]): AssumedRouting {
  const needed = neededRouting(rulesets.filter((each) => each.family === family), profile)
  const table = needed && tableOf(needed, facts, family)
  if (!needed || table === null) return NOTHING
  const { rule, route } = policyRoute(family, needed.mark, needed.priority, table)
  const listed = facts.routeTables[family]
  const assumed: AssumedRouting = { rules: facts.rules[family] === null ? [rule] : [], routes: listed === 'all' || listed?.includes(table) ? [] : [route] }
  const words = [...assumed.rules.map(() => `\`ip rule add fwmark ${markText(needed.mark)} lookup ${table}\``), ...assumed.routes.map(() => `\`ip route add local default dev lo table ${table}\``)]
  if (words.length > 0) assumptions.push({ code: 'assume-tproxy-route', message: `${words.join(' and ')} ${words.length > 1 ? 'are' : 'is'} in place, as Istio sets them (add the output of \`ip rule\` and \`ip route show table all\`)` })
  return assumed
}

function neededRouting(rulesets: readonly Ruleset[], { mode }: MeshProfile): Needed | null {
  if (mode === 'AMBIENT' && rulesets.length > 0) return { mark: { value: 0x111, mask: 0xfff }, priority: 32764, table: 100 }
  const tproxy = capturePorts(rulesets).find(({ how }) => how === 'tproxy')
  return tproxy ? { mark: { value: tproxy.mark ?? 1337, mask: 0xffffffff }, priority: 32765, table: 133 } : null
}

/** The table that the shown rule for the mark names, or that holds the shown route; null where all rules, or all routes, are shown and none is for it. */
function tableOf({ mark, table }: Needed, { rules, routes, routeTables }: HostFacts, family: Family): number | null {
  const shown = rules[family]
  if (shown === null) return routes[family]?.find((route) => route.type === 'local' && route.table !== RouteTable.local)?.table ?? (routeTables[family] === 'all' ? null : table)
  const own = shown.find((rule) => rule.mark && (mark.value & rule.mark.mask) >>> 0 === rule.mark.value && rule.action.kind === 'lookup')
  return own?.action.kind === 'lookup' ? own.action.table : null
}

const markText = ({ value, mask }: Needed['mark']): string => `0x${value.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`
