import { isLinkLocal, isLoopback, isMulticast, printAddress, sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { commonBits, contains, maskOf, masked, parsePrefix, prefixLength, width } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'
import { RouteTable } from './netns.ts'
import type { InterfaceAddress, Netns, PolicyAction, PolicyRule, Route, RouteType } from './netns.ts'
import type { Unknown } from '../netfilter/ternary.ts'

/** What a routing decision may depend on (struct flowi). */
export interface Flow {
  readonly family: Family
  /** null: the kernel is to choose it. */
  readonly src: Address | null
  readonly dst: Address
  readonly mark: number
  /** The interface it came in by; null for what this namespace sends. */
  readonly in: string | null
  /** The interface it must leave by (SO_BINDTODEVICE). */
  readonly out: string | null
  readonly uid: number
}

/** `no-route` is ENETUNREACH, `unreachable` a route that says so (EHOSTUNREACH). */
export type FibError = 'no-route' | 'unreachable' | 'prohibit' | 'blackhole'

export interface FibMatch {
  readonly route: Route
  readonly table: number
}

/** Answers what the input does not tell. */
export type Decide = (doubt: Unknown) => boolean

/** Routes and policy rules, made ready for look-ups (fib_lookup). */
export class Fib {
  private readonly netns: Netns
  private readonly rules: readonly PolicyRule[]
  private readonly tables: Readonly<Record<Family, ReadonlyMap<number, readonly Route[]>>>
  /** By device: the IPv4 addresses that its packets may bear. */
  private readonly sources: ReadonlyMap<string, readonly SourceV4[]>

  constructor(netns: Netns) {
    this.netns = netns
    this.rules = [...netns.rules].sort((x, y) => x.priority - y.priority)
    this.tables = { 4: routeTables(netns.routes, 4), 6: routeTables(netns.routes, 6) }
    this.sources = new Map(netns.interfaces.map(({ name, addresses }) => [name, addresses.flatMap(sourceV4)]))
  }

  /** The route this flow takes: policy rules in order of priority, in each table the longest prefix, then the lowest metric. */
  lookup(flow: Flow, decide: Decide): FibMatch | FibError {
    let from = 0
    for (const rule of this.rules) {
      if (rule.family !== flow.family || rule.priority < from || !ruleApplies(rule, flow) || !certainlyApplies(rule, flow, decide)) continue
      const found = this.act(rule.action, flow)
      if (typeof found === 'number') from = found
      else if (found !== null) return found
    }
    return 'no-route'
  }

  /** A rule's action: a route or the lack of one, the priority to go on at, or null for the next rule. */
  private act(action: PolicyAction, flow: Flow): FibMatch | FibError | number | null {
    if (action.kind === 'goto') return action.priority
    if (action.kind === 'nop') return null
    if (action.kind !== 'lookup') return action.kind
    const found = this.lookupTable(action.table, flow)
    if (found === null || found.type === 'throw') return null
    if (found.type === 'blackhole' || found.type === 'unreachable' || found.type === 'prohibit') return found.type
    // fib4_rule_suppress.
    if (action.suppress !== null && (prefixLength(found.destination.mask) ?? 0) <= action.suppress) return null
    return { route: found, table: action.table }
  }

  private lookupTable(table: number, flow: Flow): Route | null {
    const routes = this.tables[flow.family].get(table) ?? []
    for (const route of routes) if (contains(route.destination, flow.dst) && (flow.out === null || route.device === flow.out)) return route
    return null
  }

  /** The type the local table, then all tables, give an address (inet_dev_addr_type). */
  addressType(address: Address, device: string | null): RouteType | null {
    if (isMulticast(address)) return 'multicast'
    const routes = this.tables[address.family].get(RouteTable.local) ?? []
    if (address.family === 6) return routes.find((route) => contains(route.destination, address) && (device === null || route.device === device))?.type ?? (device === null ? 'unicast' : null)
    // __inet_dev_addr_type looks first and compares the device then: an own address of another device is like any other.
    const found = routes.find((route) => contains(route.destination, address))
    return found && (device === null || found.device === device) ? found.type : 'unicast'
  }

  isLocal(address: Address): boolean {
    return this.addressType(address, null) === 'local'
  }

  addressesOf(device: string, family: Family): readonly InterfaceAddress[] {
    return this.netns.interfaces.find(({ name }) => name === device)?.addresses.filter(({ address }) => address.family === family) ?? []
  }

  /** The source for packets out of a device: inet_select_addr for IPv4, ipv6_dev_get_saddr (RFC 6724) for IPv6. */
  sourceFor(device: string, to: Address): Address | null {
    if (to.family === 6) return this.sourceV6(device, to)
    const own = this.sources.get(device) ?? NO_SOURCES
    return (own.find(({ link }) => contains(link, to)) ?? own[0])?.address ?? this.anySourceV4()
  }

  /** Of other devices the first address is taken, wherever it goes. */
  private anySourceV4(): Address | null {
    for (const [first] of this.sources.values()) if (first) return first.address
    return null
  }

  /** Addresses of all devices compete, except towards a link-local destination. */
  private sourceV6(device: string, to: Address): Address | null {
    let best: { readonly address: Address; readonly score: number } | null = null
    const all = this.netns.interfaces.flatMap(({ name, addresses }) => addresses.filter(({ address }) => address.family === 6).map((own) => ({ at: name, own })))
    for (const { at, own } of all) {
      if (isLinkLocal(to) && at !== device) continue
      const score = scoreV6(own, to, at === device ? 'outgoing' : 'other')
      if (best === null || score > best.score) best = { address: own.address, score }
    }
    return best?.address ?? null
  }

  /** Whether an address is on this device's own link, and not this host's. */
  isNeighbour(address: Address, device: string): boolean {
    if (this.isLocal(address)) return false
    return this.addressesOf(device, address.family).some((own) => own.length < width(address.family) && onLink(own, address))
  }
}

function linkOf({ address, length }: InterfaceAddress): Prefix {
  const mask = maskOf(address.family, length)
  return { address: masked(address, mask), mask }
}

const onLink = (own: InterfaceAddress, other: Address): boolean => contains(linkOf(own), other)

/** inet_select_addr: the first primary address on the destination's subnet, else the first. */
interface SourceV4 {
  readonly address: Address
  readonly link: Prefix
}

const NO_SOURCES: readonly SourceV4[] = []

/** Addresses of host scope (127.0.0.1) leave no host. */
const sourceV4 = (own: InterfaceAddress): readonly SourceV4[] => (own.address.family !== 4 || own.secondary || own.scope === 'host' ? NO_SOURCES : [{ address: own.address, link: linkOf(own) }])

/** ipv6_get_saddr_eval (RFC 6724, section 5): same address, scope, outgoing interface, label, common prefix up to its own length; the first listed among equals. */
function scoreV6({ address, length }: InterfaceAddress, to: Address, interfaceRank: 'outgoing' | 'other'): number {
  const [own, wanted] = [scopeV6(address), scopeV6(to)]
  const scope = own >= wanted ? -own : own - 128
  return (sameAddress(address, to) ? 1e9 : 0) + scope * 1e6 + (interfaceRank === 'outgoing' ? 1e5 : 0) + (label(address) === label(to) ? 1e4 : 0) + Math.min(commonBits(address, to), length)
}

/** IPV6_ADDR_SCOPE_LINKLOCAL or _GLOBAL; the loopback address counts as link-local there. */
const scopeV6 = (address: Address): number => (isLinkLocal(address) || isLoopback(address) ? 2 : 14)

/** The kernel's default policy table (net/ipv6/addrlabel.c). */
const LABELS = (
  [['::1/128', 0], ['::ffff:0:0/96', 4], ['2001::/32', 6], ['2001:10::/28', 7], ['2002::/16', 2], ['3ffe::/16', 12], ['fec0::/10', 11], ['fc00::/7', 5], ['::/96', 3], ['::/0', 1]] as const
).flatMap(([text, number]) => {
  const prefix = parsePrefix(text)
  return prefix ? [{ prefix, number }] : []
})

const label = (address: Address): number => LABELS.find(({ prefix }) => contains(prefix, address))?.number ?? 1

/** The tables of a family, the longest prefix first, then the lowest metric. */
function routeTables(routes: readonly Route[], family: Family): ReadonlyMap<number, readonly Route[]> {
  const tables = new Map<number, Route[]>()
  for (const route of routes) {
    if (route.family !== family) continue
    const table = tables.get(route.table)
    if (table) table.push(route)
    else tables.set(route.table, [route])
  }
  for (const table of tables.values()) table.sort((x, y) => (prefixLength(y.destination.mask) ?? 0) - (prefixLength(x.destination.mask) ?? 0) || x.metric - y.metric)
  return tables
}

function certainlyApplies({ unread, priority, family }: PolicyRule, { src, dst, mark }: Flow, decide: Decide): boolean {
  if (unread === null) return true
  const ends = `${src ? printAddress(src) : '*'} > ${printAddress(dst)} mark ${mark}`
  return decide({ code: 'unmodelled-policy-rule', message: `whether policy rule ${priority} applies to ${ends} is unknown, for its ${JSON.stringify(unread)} is not modelled`, probability: null, key: `ip rule ${family} ${priority} ${ends}` })
}

function ruleApplies(rule: PolicyRule, flow: Flow): boolean {
  const applies =
    (rule.from === null || (flow.src !== null && contains(rule.from, flow.src))) &&
    (rule.to === null || contains(rule.to, flow.dst)) &&
    (rule.mark === null || (flow.mark & rule.mark.mask) >>> 0 === rule.mark.value) &&
    (rule.in === null || rule.in === (flow.in ?? 'lo')) &&
    (rule.out === null || rule.out === flow.out) &&
    (rule.uids === null || (flow.uid >= rule.uids.first && flow.uid <= rule.uids.last))
  return applies !== rule.negated
}
