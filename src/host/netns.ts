import type { Backend } from '../netfilter/priority.ts'
import { sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import type { Prefix } from '../net/prefix.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'

export interface InterfaceAddress {
  readonly address: Address
  /** Length of the on-link prefix. */
  readonly length: number
  readonly scope: 'global' | 'site' | 'link' | 'host'
  readonly secondary: boolean
}

export interface NetInterface {
  readonly name: string
  readonly up: boolean
  /** In the order `ip addr` lists them, which is the kernel's own. */
  readonly addresses: readonly InterfaceAddress[]
  /** The bridge it is a port of. */
  readonly master: string | null
}

export type RouteType = 'unicast' | 'local' | 'broadcast' | 'multicast' | 'anycast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw'

export interface Route {
  readonly family: Family
  readonly table: number
  readonly type: RouteType
  readonly destination: Prefix
  readonly via: Address | null
  readonly device: string | null
  /** prefsrc: the source address it prefers. */
  readonly source: Address | null
  readonly metric: number
}

/** Routing tables that have a name (/etc/iproute2/rt_tables). */
export const RouteTable = { local: 255, main: 254, default: 253 } as const

/** What a policy rule does; `suppress` passes over a route whose prefix is no longer than that (suppress_prefixlength). */
export type PolicyAction =
  | { readonly kind: 'lookup'; readonly table: number; readonly suppress: number | null }
  | { readonly kind: 'goto'; readonly priority: number }
  | { readonly kind: 'blackhole' | 'unreachable' | 'prohibit' | 'nop' }

/** One line of `ip rule`. */
export interface PolicyRule {
  readonly family: Family
  readonly priority: number
  readonly negated: boolean
  readonly from: Prefix | null
  readonly to: Prefix | null
  readonly mark: { readonly value: number; readonly mask: number } | null
  readonly in: string | null
  readonly out: string | null
  readonly uids: { readonly first: number; readonly last: number } | null
  /** A condition or an action that is not understood: whether the rule applies is unknown wherever all else holds. */
  readonly unread: string | null
  readonly action: PolicyAction
}

/** A TCP socket in LISTEN, or an unconnected UDP socket. */
export interface Listener {
  readonly protocol: number
  readonly address: Address
  readonly port: number
  /** An IPv6 wildcard that takes no IPv4 (IPV6_V6ONLY). */
  readonly v6only: boolean
  readonly transparent: boolean
  /** SO_MARK. */
  readonly mark: number
  readonly uid: number
  readonly gid: number
  readonly process: string
  /** SO_BINDTODEVICE. */
  readonly device: string | null
}

export interface IpSet {
  readonly name: string
  /** "hash:ip", "hash:ip,port", … */
  readonly type: string
  readonly entries: readonly string[]
}

/** A host on a link of this one, and its Ethernet address there: "02:00:5e:10:00:01". */
export interface Neighbour {
  readonly address: Address
  readonly device: string
  readonly mac: string
}

/** Linux MAJOR.MINOR. */
export interface KernelRelease {
  readonly major: number
  readonly minor: number
}

/** Whether a kernel is certainly from before that release. */
export const isOlder = (release: KernelRelease | null, major: number, minor: number): boolean =>
  release !== null && (release.major < major || (release.major === major && release.minor < minor))

/** One network namespace before any packet: plain data. */
export interface Netns {
  readonly name: string
  readonly rulesets: readonly Ruleset[]
  readonly interfaces: readonly NetInterface[]
  readonly routes: readonly Route[]
  readonly rules: readonly PolicyRule[]
  readonly listeners: readonly Listener[]
  /** "net.ipv4.ip_forward" -> 1; what is absent has the kernel's default. */
  readonly sysctls: Readonly<Record<string, number>>
  readonly sets: readonly IpSet[]
  /** Which program loaded the rules of a family; iptables-nft where nothing tells. */
  readonly backends: Readonly<Record<Family, Backend>>
  readonly neighbours: readonly Neighbour[]
  /** null: nothing tells. */
  readonly release: KernelRelease | null
}

/** Whether an interface of the namespace has that address; 127.0.0.1 is lo's. */
export const isOwnAddress = ({ interfaces }: Netns, address: Address): boolean => interfaces.some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)))

/** The rules every namespace starts with (fib_default_rules_init). */
export const defaultRules = (family: Family): readonly PolicyRule[] =>
  ([[0, RouteTable.local], [32766, RouteTable.main], ...(family === 4 ? [[32767, RouteTable.default]] : [])] as const).map(([priority = 0, table = 0]) => ({
    family, priority, negated: false, from: null, to: null, mark: null, in: null, out: null, uids: null, unread: null, action: { kind: 'lookup', table, suppress: null },
  }))
