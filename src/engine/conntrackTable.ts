import type { CtEntry } from '../netfilter/ctState.ts'
import { sameTuple } from '../netfilter/tuple.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import type { Kernel } from './kernel.ts'

type Direction = 'original' | 'reply'

/** The zone of a packet or a connection, and which directions it distinguishes (`CT --zone-orig`, `--zone-reply`). */
type Zoned = Pick<CtEntry, 'zone' | 'zoneDirection'>

/** An entry and the direction in which a tuple goes through it. */
export interface CtHit {
  readonly entry: CtEntry
  readonly reply: boolean
}

/** nf_ct_zone_id. */
const zoneId = ({ zone, zoneDirection }: Zoned, direction: Direction): number => (zoneDirection === 'both' || zoneDirection === direction ? zone : 0)

/** nf_ct_key_equal: the zones are compared as the entry's own direction has them. */
function hitOf(entry: CtEntry, tuple: Tuple, zoned: Zoned): CtHit | null {
  if (!entry.confirmed) return null
  if (sameTuple(entry.original, tuple) && zoneId(entry, 'original') === zoneId(zoned, 'original')) return { entry, reply: false }
  if (sameTuple(entry.reply, tuple) && zoneId(entry, 'reply') === zoneId(zoned, 'reply')) return { entry, reply: true }
  return null
}

/** nf_conntrack_find_get: the connection a packet with this tuple belongs to. */
export function findConnection(kernel: Kernel, tuple: Tuple, zoned: Zoned): CtHit | null {
  const { conntrack } = kernel.cell.state
  for (let i = conntrack.length - 1; i >= 0; i -= 1) {
    const entry = conntrack[i]
    const hit = entry ? hitOf(entry, tuple, zoned) : null
    if (hit) return hit
  }
  return null
}

/**
 * Whether another connection stands where this one's tuple would. The table is hashed with the zone of the direction looked
 * for, so an entry is met only where its own direction has that zone (hash_conntrack_raw).
 */
function standsAt(entry: CtEntry, tuple: Tuple, zoned: Zoned, direction: Direction): boolean {
  const hit = hitOf(entry, tuple, zoned)
  return hit !== null && zoneId(entry, hit.reply ? 'reply' : 'original') === zoneId(zoned, direction)
}

/** nf_conntrack_tuple_taken: NAT must not give a connection this reply. */
export const replyTaken = (kernel: Kernel, own: CtEntry, reply: Tuple): boolean =>
  kernel.cell.state.conntrack.some((other) => other.id !== own.id && standsAt(other, reply, own, 'reply') && !(sameTuple(other.original, own.original) && zoneId(other, 'original') === zoneId(own, 'original')))

/** __nf_conntrack_confirm: an entry with either of its tuples is in the table already. */
export const clashes = (kernel: Kernel, own: CtEntry): boolean =>
  kernel.cell.state.conntrack.some((other) => other.id !== own.id && (standsAt(other, own.original, own, 'original') || standsAt(other, own.reply, own, 'reply')))
