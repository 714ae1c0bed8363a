import type { Kernel } from '../engine/kernel.ts'
import { skbTuple } from '../engine/skbTuple.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import { invert } from '../netfilter/tuple.ts'
import type { Connection } from './connection.ts'

/** A packet of which conntrack is said to know something beforehand (`--ctstate`). */
export function foreknown(kernel: Kernel, skb: Skb, state: Connection['ctState']): Skb {
  if (state === 'NEW' || !kernel.fixed.conntrack[skb.family]) return skb
  if (state === 'INVALID') return { ...skb, ct: { kind: 'invalid' } }
  if (state === 'UNTRACKED') return { ...skb, ct: { kind: 'untracked' } }
  const entry = establishedEntry(kernel, skb)
  kernel.cell.change((draft) => { draft.conntrack.push(entry) })
  return { ...skb, ct: { kind: 'entry', id: entry.id, info: state, reply: false } }
}

/** A connection that was set up before, untouched by NAT. */
function establishedEntry(kernel: Kernel, skb: Skb): CtEntry {
  const original = skbTuple(skb)
  return {
    id: kernel.cell.state.conntrack.length, zone: 0, zoneDirection: 'both', original, reply: invert(original), mark: 0, confirmed: true, seenReply: true, assured: true,
    srcNat: false, dstNat: false, srcNatDone: true, dstNatDone: true, tcpState: 'ESTABLISHED',
  }
}
