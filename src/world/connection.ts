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
}
