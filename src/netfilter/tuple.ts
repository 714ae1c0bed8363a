import { sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'

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

/** Queries and their answers (invmap of nf_conntrack_proto_icmp.c and nf_conntrack_proto_icmpv6.c). */
const ANSWERS: Readonly<Record<number, ReadonlyMap<number, number>>> = {
  [Protocol.icmp]: bothWays([8, 0], [13, 14], [15, 16], [17, 18]),
  [Protocol.icmpv6]: bothWays([128, 129], [139, 140]),
}

function bothWays(...pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([query, answer]) => [[query, answer], [answer, query]]))
}

/** nf_ct_invert_tuple: the tuple of the answer; one to a ping has the same id and the other type. */
export function invert({ protocol, src, sport, dst, dport }: Tuple): Tuple {
  const answers = ANSWERS[protocol]
  return answers ? { protocol, src: dst, sport, dst: src, dport: answers.get(dport) ?? dport } : { protocol, src: dst, sport: dport, dst: src, dport: sport }
}

export const sameTuple = (x: Tuple, y: Tuple): boolean =>
  x.sport === y.sport && x.dport === y.dport && x.protocol === y.protocol && sameAddress(x.src, y.src) && sameAddress(x.dst, y.dst)
