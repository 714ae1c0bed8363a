import type { Skb } from '../netfilter/skb.ts'
import type { Tuple } from '../netfilter/tuple.ts'

/** The tuple conntrack looks a packet up by (nf_ct_get_tuple); ICMP queries are keyed by id and type. */
export const skbTuple = (skb: Skb): Tuple => ({
  protocol: skb.protocol,
  src: skb.src,
  dst: skb.dst,
  sport: skb.icmp ? skb.icmp.id : skb.sport,
  dport: skb.icmp ? queryType(skb.icmp.type) : skb.dport,
})

/** An echo reply has the tuple of its request turned round (nf_conntrack_invert_icmp_tuple): both are keyed by the request's type. */
const queryType = (type: number): number => (type === 0 ? 8 : type === 129 ? 128 : type)
