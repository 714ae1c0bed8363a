import type { Family } from '../../src/net/address.ts'
import type { AcceptMessage } from './program.ts'
import type { TracedPacket } from './packetText.ts'

export type LabProtocol = 'tcp' | 'udp' | 'icmp'

/** In the namespace with the rules as some user; from outside; or, with a node, from one of its two pods. */
export type Place = 'inside' | 'outside' | 'left' | 'right'

/** A connection to be made. */
export interface LabConnection {
  readonly from: Place
  readonly protocol: LabProtocol
  /** null: what the route gives; never null from outside. */
  readonly source: string | null
  readonly to: string
  /** 0 for a ping. */
  readonly port: number
  readonly uid: number
  readonly gid: number
  readonly mark: number
}

/** What the kernel did with a connection. */
export interface LabRun {
  readonly result: string
  readonly error: number
  readonly source: string
  /** A ping's id. */
  readonly sourcePort: number
  readonly accepts: readonly AcceptMessage[]
  readonly loops: boolean
  /** Programs answered each other's answers without end; what came of it depends on when they were stopped. */
  readonly endless?: true
  /** null: the trace was lost, or this backend gives none. */
  readonly packets: readonly TracedPacket[] | null
}

export type Backend = 'nft' | 'legacy'

export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)
