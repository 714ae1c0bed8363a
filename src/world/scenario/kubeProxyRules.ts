import { printAddress } from '../../net/address.ts'
import type { Address, Family } from '../../net/address.ts'
import type { ScenarioPort, ScenarioService } from './scenario.ts'

/** What a node's kube-proxy knows, of one family. */
export interface KubeProxyView {
  readonly family: Family
  readonly services: readonly ScenarioService[]
  /** The addresses of a Service's pods, and of those on this node. */
  endpoints(service: ScenarioService): { readonly all: readonly string[]; readonly local: readonly string[] }
  readonly podCidr: string | null
  /** Rules of others in filter, which stand in front. */
  readonly filter: readonly string[]
}

interface Entry {
  readonly service: ScenarioService
  readonly port: ScenarioPort
  /** Stands for the hash in the names of its chains. */
  readonly id: string
  readonly all: readonly string[]
  readonly local: readonly string[]
}

/** The rules of kube-proxy in iptables mode, as iptables-save prints them (pkg/proxy/iptables/proxier.go syncProxyRules). */
export function kubeProxyRules(view: KubeProxyView): string {
  const entries = view.services.map((service) => ofFamily(service, view.family)).flatMap((service, i) => service.ports.map((port, j): Entry => ({ service, port, id: `${name(service)}${i}${j}`, ...view.endpoints(service) })))
  const nat = [...NAT, ...entries.flatMap(services), '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS', ...entries.flatMap((entry) => chains(entry, view.podCidr))]
  return [table('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], nat), table('filter', ['INPUT', 'FORWARD', 'OUTPUT'], [...view.filter, ...FILTER, ...entries.flatMap(refusals)])].join('')
}

/** A Service as one family has it. */
const ofFamily = (service: ScenarioService, family: Family): ScenarioService => ({
  ...service, clusterIp: service.clusterIp?.family === family ? service.clusterIp : null, loadBalancer: service.loadBalancer?.address.family === family ? service.loadBalancer : null,
})

const host = (address: Address): string => `${printAddress(address)}/${address.family === 4 ? 32 : 128}`

const endpointText = (address: string, port: number): string => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`)

const name = ({ name: full }: ScenarioService): string => full.replace(/\..*/, '').replace(/[^a-z0-9]/gi, '').toUpperCase().slice(0, 12)

const table = (of: string, builtin: readonly string[], rules: readonly string[]): string => {
  const own = [...new Set(rules.map((rule) => rule.split(' ')[1] ?? '').concat(rules.flatMap((rule) => /-j (KUBE-\S+)$/.exec(rule)?.[1] ?? [])))].filter((chain) => !builtin.includes(chain))
  return `*${of}\n${[...builtin.map((chain) => `:${chain} ACCEPT [0:0]`), ...own.map((chain) => `:${chain} - [0:0]`), ...rules].join('\n')}\nCOMMIT\n`
}

const NAT = [
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
  '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
  '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
]

const FILTER = [
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
  '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
  '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
]

const comment = ({ service, port }: Entry, what: string): string => `-m comment --comment "${service.name.split('.').reverse().join('/')}:${port.name}${what}"`

const visible = ({ service: { loadBalancer }, port: { port } }: Entry): string | null => (loadBalancer?.to === 'nodes' ? `-d ${host(loadBalancer.address)} -p tcp -m tcp --dport ${port}` : null)

function services(entry: Entry): string[] {
  const { service, port, id } = entry
  const rules: string[] = []
  if (service.clusterIp && entry.all.length > 0) rules.push(`-A KUBE-SERVICES -d ${host(service.clusterIp)} -p tcp ${comment(entry, ' cluster IP')} -m tcp --dport ${port.port} -j KUBE-SVC-${id}`)
  const outer = visible(entry)
  if (outer !== null && entry.all.length > 0) rules.push(`-A KUBE-SERVICES ${outer} ${comment(entry, ' loadbalancer IP')} -j KUBE-EXT-${id}`)
  if (port.nodePort !== null && entry.all.length > 0) rules.push(`-A KUBE-NODEPORTS -p tcp ${comment(entry, '')} -m tcp --dport ${port.nodePort} -j KUBE-EXT-${id}`)
  return rules
}

function chains(entry: Entry, podCidr: string | null): string[] {
  const { service, port, id, all, local } = entry
  if (all.length === 0) return []
  const masquerade = service.clusterIp && podCidr !== null ? [`-A KUBE-SVC-${id} ! -s ${podCidr} -d ${host(service.clusterIp)} -p tcp ${comment(entry, ' cluster IP')} -m tcp --dport ${port.port} -j KUBE-MARK-MASQ`] : []
  const external = visible(entry) !== null || port.nodePort !== null
  return [...(external ? externalChain(entry, podCidr) : []), ...masquerade, ...balanced(`KUBE-SVC-${id}`, entry, all), ...(external && service.externalTrafficPolicy === 'Local' ? balanced(`KUBE-SVL-${id}`, entry, local) : []), ...all.flatMap((address, i) => endpoint(entry, address, i))]
}

/** externalTrafficPolicy Cluster hides the client behind the node's address; Local keeps to the pods of this node, and the client's address. */
function externalChain(entry: Entry, podCidr: string | null): string[] {
  const { service, id, local } = entry
  const chain = `-A KUBE-EXT-${id}`
  if (service.externalTrafficPolicy === 'Cluster') return [`${chain} ${comment(entry, ' external destinations')} -j KUBE-MARK-MASQ`, `${chain} -j KUBE-SVC-${id}`]
  return [
    ...(podCidr === null ? [] : [`${chain} -s ${podCidr} ${comment(entry, ' pod traffic')} -j KUBE-SVC-${id}`]),
    `${chain} -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`, `${chain} -m addrtype --src-type LOCAL -j KUBE-SVC-${id}`,
    ...(local.length > 0 ? [`${chain} -j KUBE-SVL-${id}`] : []),
  ]
}

const balanced = (chain: string, entry: Entry, addresses: readonly string[]): string[] =>
  addresses.map((address, i) => {
    const left = addresses.length - i
    const chance = left > 1 ? `-m statistic --mode random --probability ${(1 / left).toFixed(11)} ` : ''
    return `-A ${chain} ${comment(entry, ` -> ${endpointText(address, entry.port.targetPort)}`)} ${chance}-j KUBE-SEP-${entry.id}${entry.all.indexOf(address)}`
  })

const endpoint = (entry: Entry, address: string, i: number): string[] => [
  `-A KUBE-SEP-${entry.id}${i} -s ${address}/${address.includes(':') ? 128 : 32} ${comment(entry, '')} -j KUBE-MARK-MASQ`,
  `-A KUBE-SEP-${entry.id}${i} -p tcp ${comment(entry, '')} -m tcp -j DNAT --to-destination ${endpointText(address, entry.port.targetPort)}`,
]

/** Services without pods are refused; with none on this node, Local's are dropped. */
function refusals(entry: Entry): string[] {
  const { service, port, all, local } = entry
  const outer = visible(entry)
  if (all.length === 0) return service.clusterIp ? [`-A KUBE-SERVICES -d ${host(service.clusterIp)} -p tcp ${comment(entry, ' has no endpoints')} -m tcp --dport ${port.port} -j REJECT --reject-with ${service.clusterIp.family === 4 ? 'icmp' : 'icmp6'}-port-unreachable`] : []
  return outer !== null && service.externalTrafficPolicy === 'Local' && local.length === 0 ? [`-A KUBE-EXTERNAL-SERVICES ${outer} ${comment(entry, ' has no local endpoints')} -j DROP`] : []
}
