import { Protocol } from '../net/protocol.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import { invert } from '../netfilter/tuple.ts'
import type { Endpoints } from './socketLookup.ts'

/**
 * nf_sk_lookup_slow_v4 and _v6: the ends by which -m socket looks a packet's socket up. An ICMP error is for whoever sent what it
 * quotes. Null: no socket has such packets.
 */
export function socketEnds({ icmp, ...skb }: Skb): Endpoints | null {
  const found = icmp?.quoted ? { family: skb.family, ...invert(icmp.quoted) } : skb
  return found.protocol === Protocol.tcp || found.protocol === Protocol.udp ? found : null
}

/** The same for the answer to a connection whose source NAT has bound: the dialler's end is as before that. Null: it is no such answer. */
export function endsBeforeNat(ends: Endpoints, { ct, icmp }: Skb, entry: CtEntry | null): Endpoints | null {
  const answers = ct?.kind === 'entry' && ct.reply && ct.info === (icmp ? 'RELATED' : 'ESTABLISHED')
  return answers && entry?.srcNatDone ? { ...ends, dst: entry.original.src, dport: entry.original.sport } : null
}
