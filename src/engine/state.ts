import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Address, Family } from '../net/address.ts'

/** A socket that has an address of its own: a listener, or one end of a connection. */
export interface Socket {
  readonly id: number
  readonly family: Family
  readonly protocol: number
  local: Address
  localPort: number
  remote: Address | null
  remotePort: number
  state: 'listening' | 'connecting' | 'requested' | 'connected' | 'closed'
  readonly transparent: boolean
  readonly mark: number
  readonly uid: number
  readonly gid: number
  readonly process: string
  readonly v6only: boolean
  readonly device: string | null
  /** The listener whose request it was; null for a listener and for a dialler. */
  readonly listener: number | null
  /** The leg of the walk it belongs to; null for listeners. */
  readonly leg: number | null
}

/** All of a namespace that packets change. Every change goes through a StateCell, so a trace can be stepped both ways. */
export interface NetnsState {
  skb: Skb | null
  conntrack: CtEntry[]
  sockets: Socket[]
  /** What rules remember (limit, recent, nth), by site. */
  memory: Record<string, readonly number[]>
}
