import { Protocol } from '../net/protocol.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import { invert } from '../netfilter/tuple.ts'
import type { Endpoints } from './socketLookup.ts'

/**
 * nf_sk_lookup_slow_v4 and _v6: the ends by which -m socket looks a packet's socket up. An ICMP error is for whoever sent what it
 * quotes; over IPv4 the answer to a connection whose source NAT has bound is looked up as before that. Null: no socket has such packets.
 */
export function socketEnds(skb: Skb, entry: CtEntry | null): Endpoints | null {
  const { family, icmp } = skb
  const found = icmp?.quoted ? { family, ...invert(icmp.quoted) } : skb
  if (found.protocol !== Protocol.tcp && found.protocol !== Protocol.udp) return null
  const answers = family === 4 && skb.ct?.kind === 'entry' && skb.ct.reply && skb.ct.info === (icmp ? 'RELATED' : 'ESTABLISHED')
  return answers && entry?.srcNatDone ? { ...found, dst: entry.original.src, dport: entry.original.sport } : found
}
