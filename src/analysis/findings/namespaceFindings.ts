import { isLinkLocal, printAddress } from '../../net/address.ts'
import type { HostFacts } from '../../host/hostFacts.ts'
import { RouteTable } from '../../host/netns.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import { isProxyProcess } from '../../proxy/meshProfile.ts'
import type { MeshProfile } from '../../proxy/meshProfile.ts'
import { capturePorts } from '../../world/detectProfile.ts'
import type { Finding } from './finding.ts'

const reason = (text: string): Finding['proof'] => ({ kind: 'reason', text })

/** What does not fit between the rules and the namespace that is shown with them. */
export function namespaceFindings(rulesets: readonly Ruleset[], facts: HostFacts, profile: MeshProfile): readonly Finding[] {
  return [...backends(facts), ...([4, 6] as const).flatMap((family) => tproxyRoute(rulesets.filter((each) => each.family === family), facts, family)), ...sharedUser(facts, profile), ...openIpv6(rulesets, facts)]
}

function backends({ backends: { seen, legacyTablesPresent } }: HostFacts): readonly Finding[] {
  if (seen.length < 2 && !legacyTablesPresent) return []
  return [{ code: 'two-backends', severity: 'warning', message: 'both iptables-legacy and iptables-nft have rules here: packets meet both, and each tool shows its own only', proof: reason('the input shows both'), fix: 'use one of them; `iptables-legacy-save` and `iptables-nft-save` show what each holds', span: null }]
}

/** TPROXY'd packets are for addresses of others: only a rule for their mark, and a local route, deliver them. */
function tproxyRoute(rulesets: readonly Ruleset[], { rules, routes, routeTables }: HostFacts, family: 4 | 6): readonly Finding[] {
  const ports = capturePorts(rulesets).filter(({ how }) => how === 'tproxy')
  const shown = rules[family]
  if (ports.length === 0 || shown === null) return []
  const tables = shown.flatMap(({ mark, action }) => (mark && action.kind === 'lookup' ? [action.table] : []))
  const listed = routeTables[family]
  const shownTables = listed === 'all' ? tables : tables.filter((table) => listed?.includes(table) === true)
  const local = shownTables.length < tables.length || routes[family]?.some(({ table, type }) => type === 'local' && table !== RouteTable.local && tables.includes(table)) === true
  if (tables.length > 0 && local) return []
  const what = tables.length === 0 ? 'no policy rule for a mark' : `no local route in table ${tables.join(', ')}`
  return [{ code: 'no-tproxy-route', severity: 'error', message: `IPv${family}: the rules use TPROXY (port ${ports[0]?.port ?? 0}), and there is ${what}: answers of the proxy and marked packets leave instead of coming in`, proof: reason(`\`ip rule\` and \`ip route show table all\` show ${what}`), fix: `ip${family === 6 ? ' -6' : ''} rule add fwmark 1337 lookup 133; ip${family === 6 ? ' -6' : ''} route add local default dev lo table 133`, span: null }]
}

/** An application with the proxy's user is let out by the rules that let the proxy out. */
function sharedUser({ listeners }: HostFacts, { uid, mode, ownPorts, agentPorts, capturePorts: ports }: MeshProfile): readonly Finding[] {
  if (mode === null || uid === 0) return []
  const own = [...ownPorts, ...agentPorts, ...ports]
  const shared = (listeners ?? []).filter((each) => each.uid === uid && each.process !== null && !isProxyProcess(each.process) && each.process !== 'pilot-agent' && each.process !== 'agent' && !own.includes(each.port))
  return shared.map((each): Finding => ({ code: 'app-runs-as-proxy', severity: 'warning', message: `${each.process ?? 'a program'} on port ${each.port} runs as uid ${uid}, the proxy's: what it dials is not captured`, proof: reason('`ss` shows the owner of its socket'), fix: 'run the application as another user (securityContext.runAsUser)', span: null }))
}

function openIpv6(rulesets: readonly Ruleset[], { interfaces }: HostFacts): readonly Finding[] {
  const captured = (family: 4 | 6): boolean => capturePorts(rulesets.filter((each) => each.family === family)).length > 0
  const address = interfaces?.flatMap(({ name, addresses }) => (name === 'lo' ? [] : addresses)).find((each) => each.address.family === 6 && !isLinkLocal(each.address))
  if (!address || !captured(4) || captured(6)) return []
  return [{ code: 'ipv6-open', severity: 'warning', message: `IPv4 is captured, IPv6 is not, and the namespace has ${printAddress(address.address)}: what is dialled over IPv6 goes past the proxy`, proof: reason('no IPv6 rule hands anything to a proxy (add the output of ip6tables-save if there are any)'), fix: 'capture IPv6 too (dual stack), or take the address away', span: null }]
}
