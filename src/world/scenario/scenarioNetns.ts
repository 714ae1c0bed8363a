import { anyAddress, ipv6, loopbackAddress } from '../../net/address.ts'
import type { Address, Family } from '../../net/address.ts'
import { anyPrefix, hostPrefix } from '../../net/prefix.ts'
import { Protocol } from '../../net/protocol.ts'
import { defaultRules, RouteTable } from '../../host/netns.ts'
import type { Listener, Netns, NetInterface, Route } from '../../host/netns.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import type { MeshProfile } from '../../proxy/meshProfile.ts'
import { derivedRoutes } from '../derivedRoutes.ts'
import { policyRoute } from '../policyRoute.ts'
import { proxyListeners } from '../proxyListeners.ts'
import type { OutsideHost, ScenarioNode, ScenarioPod, ScenarioSocket } from './scenario.ts'

/** The device by which every host reaches the others, and the one a node has for a pod. */
export const UPLINK = 'eth0'
export const vethOf = (pod: string): string => `veth-${pod}`

const FAMILIES: readonly Family[] = [4, 6]

const device = (name: string, address: Address | null): NetInterface => ({ name, up: true, master: null, addresses: address ? [{ address, length: address.family === 4 ? 32 : 128, scope: 'global', secondary: false }] : [] })

const loopback: NetInterface = { name: 'lo', up: true, master: null, addresses: FAMILIES.map((family) => ({ address: loopbackAddress(family), length: family === 4 ? 8 : 128, scope: 'host', secondary: false })) }

/** istio-iptables adds ::6 to lo of an IPv6 pod (ip -6 addr add ::6/128 dev lo). */
const interceptedLoopback: NetInterface = { ...loopback, addresses: [...loopback.addresses, { address: ipv6(0, 0, 0, 6), length: 128, scope: 'global', secondary: false }] }

const defaultRoute = (family: Family): Route => ({ family, table: RouteTable.main, type: 'unicast', destination: anyPrefix(family), via: null, device: UPLINK, source: null, metric: 0 })

interface Parts {
  readonly name: string
  readonly interfaces: readonly NetInterface[]
  readonly routes?: readonly Route[]
  readonly rulesets?: readonly Ruleset[]
  readonly listeners?: readonly Listener[]
  readonly rules?: Netns['rules']
  readonly sysctls?: Netns['sysctls']
}

/** A host with the routes its addresses make and a default route by its uplink. */
function netns({ name, interfaces, routes = [], rulesets = [], listeners = [], rules = [], sysctls = {} }: Parts): Netns {
  const derived = FAMILIES.flatMap((family) => [...derivedRoutes(interfaces, family).filter(({ table, type }) => table !== RouteTable.main || type !== 'unicast'), defaultRoute(family)])
  return { name, rulesets, interfaces, routes: [...derived, ...routes], rules: [...FAMILIES.flatMap(defaultRules), ...rules], listeners, sysctls, sets: [], backends: { 4: 'nft', 6: 'nft' }, neighbours: [], release: null }
}

const listener = ({ port, proto, address, program, uid }: ScenarioSocket, family: Family): Listener => ({
  protocol: proto === 'udp' ? Protocol.udp : Protocol.tcp, address: address ?? anyAddress(family), port, v6only: false, transparent: false, mark: 0, uid, gid: uid, process: program, device: null,
})

/** A pod: its rules, its programs, its proxy. */
export function podNetns(pod: ScenarioPod, rulesets: readonly Ruleset[], profile: MeshProfile | null): Netns {
  const { family } = pod.address
  const proxy = profile === null || profile.mode === null || pod.proxy === 'absent' ? [] : FAMILIES.flatMap((each) => proxyListeners(profile, each))
  const routed = profile?.mode === 'TPROXY' ? FAMILIES.map((each) => policyRoute(each, { value: 1337, mask: 0xffffffff }, 32765, 133)) : []
  const gateways = [...new Set(pod.gateway.map(({ port }) => port))].map((port) => listener({ port, proto: 'tcp', address: null, program: 'envoy', uid: 1337, byServerName: null }, family))
  return netns({
    name: pod.name, interfaces: [profile !== null && family === 6 ? interceptedLoopback : loopback, device(UPLINK, pod.address)], rulesets, routes: routed.map(({ route }) => route), rules: routed.map(({ rule }) => rule),
    listeners: [...proxy, ...gateways, ...pod.listens.map((socket) => listener(socket, family))],
  })
}

/** A node: it forwards, and has a device and a route for each of its pods. */
export function nodeNetns(node: ScenarioNode, pods: readonly ScenarioPod[], rulesets: readonly Ruleset[]): Netns {
  const own = pods.filter((pod) => pod.node === node.name)
  const routes = own.map(({ name, address }): Route => ({ family: address.family, table: RouteTable.main, type: 'unicast', destination: hostPrefix(address), via: null, device: vethOf(name), source: null, metric: 0 }))
  return netns({ name: node.name, interfaces: [loopback, device(UPLINK, node.address), ...own.map(({ name }) => device(vethOf(name), null))], rulesets, routes, sysctls: { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 } })
}

export const outsideNetns = ({ name, address, listens }: OutsideHost): Netns => netns({ name, interfaces: [loopback, device(UPLINK, address)], listeners: listens.map((socket) => listener(socket, address.family)) })
