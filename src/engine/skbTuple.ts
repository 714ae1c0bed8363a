import type { Packet } from '../netfilter/skb.ts'
import type { Tuple } from '../netfilter/tuple.ts'

/** The tuple conntrack looks a packet up by (nf_ct_get_tuple); ICMP queries are keyed by id and type. */
export const skbTuple = (skb: Packet): Tuple => ({
  protocol: skb.protocol,
  src: skb.src,
  dst: skb.dst,
  sport: skb.icmp ? skb.icmp.id : skb.sport,
  dport: skb.icmp ? skb.icmp.type : skb.dport,
})
