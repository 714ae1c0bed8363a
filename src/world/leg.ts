import { sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Request } from '../proxy/request.ts'
import type { Result } from './outcome.ts'

/** What a program asks of connect() or sendto(). */
export interface Dial {
  readonly protocol: number
  readonly to: Address
  readonly port: number
  /** bind(): null for none. */
  readonly bind: Address | null
  readonly sport: number | null
  readonly transparent: boolean
  readonly mark: number
  readonly uid: number
  readonly gid: number
  readonly process: string
  /** Flags of the first segment; null: SYN. */
  readonly tcpFlags: number | null
  /** Bytes of the first packet from its IP header on; null: as such a packet has. */
  readonly length: number | null
  /** What it says once it is connected; null: not known. */
  readonly request: Request | null
  /** The proxy's listener whose connection this dial serves; null for the connection asked about. */
  readonly from: number | null
  /** The leg whose accept made it. */
  readonly parent: number | null
}

/** A dial, and how it went. */
export interface Leg {
  readonly index: number
  readonly dial: Dial
  /** Who dialled, or was dialled from outside. */
  readonly host: string
  /** What rules remembered when it was made: a dial like an earlier one may fare otherwise. */
  readonly memory: string
  /** How many dice had fallen by then, each of which may fall otherwise the next time. */
  readonly dice: number
  /** The dialling socket; null where the far end dials. */
  socket: number | null
  /** The dialling socket's own address and port. */
  local: { readonly address: Address; readonly port: number } | null
  result: Result | null
}

/** Chance that decides the same dial this often is taken to go on so. */
const MOST_CHANCES = 4

/** A dial like one of its own ancestors will be made again and again, unless chance or what rules remember decides between the two. */
export function repeatsAncestor(legs: readonly Leg[], leg: Leg): boolean {
  const alike: Leg[] = []
  for (let parent = leg.dial.parent; parent !== null; parent = legs[parent]?.dial.parent ?? null) {
    const ancestor = legs[parent]
    if (ancestor && ancestor.host === leg.host && isLike(ancestor.dial, leg.dial)) alike.push(ancestor)
  }
  return alike.filter(({ dice }) => dice !== leg.dice).length >= MOST_CHANCES || alike.some(({ dice, memory }) => dice === leg.dice && memory === leg.memory)
}

const isLike = (one: Dial, other: Dial): boolean =>
  one.protocol === other.protocol && one.port === other.port && one.uid === other.uid && one.gid === other.gid && one.mark === other.mark && one.from === other.from &&
  sameAddress(one.to, other.to) && (one.bind && other.bind ? sameAddress(one.bind, other.bind) : one.bind === other.bind)
