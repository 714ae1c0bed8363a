import { sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'

/** One direction of a connection as conntrack keys it (struct nf_conntrack_tuple). */
export interface Tuple {
  readonly protocol: number
  readonly src: Address
  /** Source port, or the ICMP id. */
  readonly sport: number
  readonly dst: Address
  /** Destination port, or the ICMP type of a query. */
  readonly dport: number
}

/** nf_ct_invert_tuple: the tuple of the answer. */
export const invert = (tuple: Tuple): Tuple => ({
  protocol: tuple.protocol,
  src: tuple.dst,
  sport: tuple.dport,
  dst: tuple.src,
  dport: tuple.sport,
})

export const sameTuple = (x: Tuple, y: Tuple): boolean =>
  x.sport === y.sport && x.dport === y.dport && x.protocol === y.protocol && sameAddress(x.src, y.src) && sameAddress(x.dst, y.dst)
