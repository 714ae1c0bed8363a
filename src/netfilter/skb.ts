import type { Address, Family } from '../net/address.ts'
import type { CtRef } from './ctState.ts'
import type { Tuple } from './tuple.ts'

/** Who opened the sending socket, as xt_owner sees it; a kernel socket (RST, ICMP errors) has no file. `doubtful`: the one or the other. */
export type SkbOwner = { readonly kind: 'file' | 'doubtful'; readonly uid: number; readonly gid: number } | { readonly kind: 'kernel' }

/** What an ICMP message says beyond type and code. */
export interface IcmpHeader {
  readonly type: number
  readonly code: number
  readonly id: number
  /** The packet an error message quotes. */
  readonly quoted: Tuple | null
}

/** What is on the wire. */
export interface Packet {
  readonly family: Family
  readonly protocol: number
  readonly src: Address
  readonly dst: Address
  readonly sport: number
  readonly dport: number
  /** Bits of TcpFlag; 0 for other protocols. */
  readonly tcpFlags: number
  readonly icmp: IcmpHeader | null
  readonly ttl: number
  readonly tos: number
  /** Bytes from the IP header on; null: nothing tells what the packet carries. */
  readonly length: number | null
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** A packet and what this namespace's kernel knows of it (struct sk_buff). */
export interface Skb extends Mutable<Packet> {
  mark: number
  in: string | null
  out: string | null
  /** null: conntrack has not looked yet. */
  ct: CtRef | null
  /** `CT --notrack` or `--zone` in raw, before conntrack looks (a template). */
  ctTemplate: { readonly notrack: boolean; readonly zone: number; readonly zoneDirection: 'both' | 'original' | 'reply' } | null
  owner: SkbOwner | null
  /** The socket TPROXY or a local sender assigned (skb->sk), by id. */
  socket: number | null
  /** The route it holds (skb_dst): kept over loopback, so no input routing there. */
  route: 'local' | 'forward' | null
}
