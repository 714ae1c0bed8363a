import type { Address } from '../net/address.ts'

/** A connection asked about. */
export interface Connection {
  /** Made by a process of this namespace, or come in from outside. */
  readonly origin: 'local' | 'remote'
  readonly proto: 'tcp' | 'udp' | 'icmp'
  /** null: what the route gives. */
  readonly src: Address | null
  /** null: any ephemeral port. */
  readonly sport: number | null
  readonly dst: Address
  readonly dport: number
  readonly uid: number
  readonly gid: number
  /** The interface it comes in by; null: the one that leads to its source. */
  readonly in: string | null
  /** SO_MARK of the dialling socket. */
  readonly mark: number
  /** The dialling socket is transparent (IP_TRANSPARENT). */
  readonly transparent: boolean
  /** A packet out of the blue in place of a SYN: its TCP flags; null for a connection's beginning. */
  readonly tcpFlags: number | null
  /** Bytes of the first packet from its IP header on; null: a SYN's own, unknown of anything else. */
  readonly length: number | null
  /** When it is made, in seconds since 1970; null: whenever. */
  readonly at: number | null
  /** What conntrack knows beforehand: nothing (NEW), the connection, or that it is not to be tracked. */
  readonly ctState: 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED'
}
