import { ipv4, ipv6, isLoopback, loopbackAddress, parseAddress, printAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { width } from '../net/prefix.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import { defaultRules } from '../host/netns.ts'
import type { InterfaceAddress, Netns, NetInterface, Route } from '../host/netns.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'
import { assumedListeners } from './assumedListeners.ts'
import { assumedPolicyRoute } from './assumedPolicyRoute.ts'
import { backendOf } from './backendOf.ts'
import type { Connection } from './connection.ts'
import { derivedRoutes } from './derivedRoutes.ts'
import { capturePorts } from './detectProfile.ts'
import { isNamedDestination, looksLikeNode } from './nodeRules.ts'
import type { Assumption } from './outcome.ts'
import type { Given, Question } from './question.ts'
import { unshownRules } from './unshownRules.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'

/** A namespace, and what had to be taken for granted to complete it. */
export interface AssumedNetns {
  readonly netns: Netns
  readonly assumptions: readonly Assumption[]
}

/** Completes what the transcript tells with what such a pod has; each such guess is an assumption of its own. */
export function assumedNetns({ state, facts, given, connection }: Question, profile: MeshProfile): AssumedNetns {
  const { rulesets } = state
  const assumptions: Assumption[] = unshownRules(state, connection.dst.family)
  const family = connection.dst.family
  const node = looksLikeNode(rulesets) && isNamedDestination(rulesets, connection.dst)
  const interfaces = facts.interfaces ?? assumedInterfaces(facts, given, node ? behindNode(connection) : connection, assumptions)
  const routes = ([4, 6] as const).flatMap((each) => knownRoutes(facts, interfaces, each))
  const tproxy = assumedPolicyRoute(rulesets, profile, facts, family, assumptions)
  const rules = ([4, 6] as const).flatMap((each) => facts.rules[each] ?? defaultRules(each))
  const netns: Netns = {
    name: 'netns',
    rulesets,
    interfaces,
    routes: [...routes, ...tproxy.routes],
    rules: [...rules, ...tproxy.rules],
    listeners: assumedListeners(facts, profile, connection, capturePorts(rulesets).map(({ port }) => port), assumptions),
    sysctls: { ...assumedSysctls(rulesets, facts, assumptions), ...facts.sysctls },
    sets: facts.sets,
    backends: { 4: backendOf(4, state, facts), 6: backendOf(6, state, facts) },
    release: facts.release,
    neighbours: facts.neighbours,
  }
  return { netns, assumptions }
}

/** To a Service's address: the node's own is another one, and not known. */
const behindNode = (connection: Connection): Connection => ({ ...connection, origin: 'local', src: null })

/** A node forwards; a pod does not. */
function assumedSysctls(rulesets: readonly Ruleset[], facts: HostFacts, assumptions: Assumption[]): Readonly<Record<string, number>> {
  if (Object.keys(facts.sysctls).length > 0 || !looksLikeNode(rulesets)) return {}
  assumptions.push({ code: 'assume-forwarding', message: 'these are the rules of a node, so it forwards (net.ipv4.ip_forward = 1; add the output of `sysctl -a`)' })
  return { 'net.ipv4.ip_forward': 1, 'net.ipv6.conf.all.forwarding': 1 }
}

/** An address nobody uses (RFC 5737, RFC 3849), for a pod whose own is not known. */
const PLACEHOLDER: Readonly<Record<Family, Address>> = { 4: ipv4(0xc0000202), 6: ipv6(0x20010db8, 0, 0, 2) }

function assumedInterfaces(facts: HostFacts, given: Given, connection: Connection, assumptions: Assumption[]): readonly NetInterface[] {
  const { family } = connection.dst
  const name = connection.in ?? 'eth0'
  const own = ownAddresses(facts, given, connection, assumptions)
  const shown = own.map(printAddress).join(' and ')
  assumptions.push({ code: 'assume-pod-interface', message: `the pod has one interface, ${name}, with ${shown}, and its default route leaves by it (add the output of \`ip addr\` and \`ip route\`)` })
  const loopback: InterfaceAddress[] = [{ address: loopbackAddress(4), length: 8, scope: 'host', secondary: false }, { address: loopbackAddress(6), length: 128, scope: 'host', secondary: false }]
  // istio-iptables adds ::6 to lo of an IPv6 pod (ip -6 addr add ::6/128 dev lo).
  const passthrough = parseAddress('::6')
  if (family === 6 && passthrough) loopback.push({ address: passthrough, length: 128, scope: 'global', secondary: false })
  const addresses = own.map((address): InterfaceAddress => ({ address, length: width(address.family), scope: 'global', secondary: false }))
  return [{ name: 'lo', up: true, addresses: loopback, master: null }, { name, up: true, addresses, master: null }]
}

function ownAddresses(facts: HostFacts, given: Given, connection: Connection, assumptions: Assumption[]): readonly Address[] {
  const { dst, src, origin } = connection
  const same = given.podAddresses.filter(({ family }) => family === dst.family)
  if (same.length > 0) return same
  if (origin === 'remote') return [dst]
  if (src && !isLoopback(src)) return [src]
  const pods = facts.pods.flatMap(({ address }) => (address?.family === dst.family ? [address] : []))
  const [only] = pods
  if (only && pods.length === 1) return [only]
  const placeholder = PLACEHOLDER[dst.family]
  assumptions.push({ code: 'assume-pod-address', message: `the pod's own address is not known: it is written ${printAddress(placeholder)} here, and ${printAddress(dst)} is taken for another host's (--pod-ip ADDR tells it)` })
  return [placeholder]
}

/** A table that was not listed holds what the kernel makes of the addresses by itself. */
function knownRoutes({ routes, routeTables }: HostFacts, interfaces: readonly NetInterface[], family: Family): readonly Route[] {
  const [shown, listed] = [routes[family], routeTables[family]]
  if (listed === 'all') return shown ?? []
  return [...(shown ?? []), ...derivedRoutes(interfaces, family).filter(({ table }) => listed?.includes(table) !== true)]
}
