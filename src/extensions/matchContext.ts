import type { Address } from '../net/address.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { SkbOwner, Skb } from '../netfilter/skb.ts'
import type { Ternary } from '../netfilter/ternary.ts'

/** Address types of `addrtype` (include/uapi/linux/rtnetlink.h, RTN_*). */
export type AddressType = 'UNSPEC' | 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST' | 'BLACKHOLE' | 'UNREACHABLE' | 'PROHIBIT'

/** A socket as the socket match sees it. */
export interface SocketView {
  readonly transparent: boolean
  readonly wildcard: boolean
  readonly mark: number
}

/** What a match or target may ask of the namespace the packet is in. All else it knows is the skb and its own options. */
export interface MatchContext {
  readonly hook: Hook
  /** Seconds since 1970, UTC; null when the caller gave no clock. */
  readonly now: number | null
  ct(skb: Skb): CtEntry | null
  addressType(address: Address, device: string | null): AddressType
  /** Addresses of an interface, the primary one first (IPv6: the newest first, as the kernel lists them). */
  addressesOf(device: string): readonly Address[]
  /** The source the kernel would choose towards `to` through `device`; null without one. */
  sourceTowards(to: Address, device: string): Address | null
  /** The socket this packet would find (established, else listening); null for none. */
  socketOf(skb: Skb): SocketView | null
  /** Whether the route back to the packet's source leaves by the interface it came in by (rpfilter). */
  reversePath(skb: Skb, strictness: 'strict' | 'loose', mark: number): boolean
  /** The Ethernet address of a sender on the link the packet came in by, as the neighbour table has it; null: it has none, or the sender is beyond. */
  senderMac(skb: Skb): string | null
  /** Membership in an ipset by name; unknown when the transcript has no such set. */
  inSet(set: string, fields: readonly string[], skb: Skb): Ternary
  /** Gives the packet a mark: the one thing a test may change (socket --restore-skmark). */
  setMark(mark: number): void
  /** Numbers a rule keeps between packets (limit, recent, statistic nth, quota). */
  recall(key: string): readonly number[] | null
  remember(key: string, value: readonly number[]): void
}

/** The identity of a rule, for what it remembers: "nat:OUTPUT:3". */
export type Site = string

export type { Skb, SkbOwner }
