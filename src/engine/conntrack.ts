import { Protocol } from '../net/protocol.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import type { CtEntry, CtInfo, CtTcpState } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import { invert } from '../netfilter/tuple.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import { sameAddress } from '../net/address.ts'
import type { Verdict } from '../netfilter/verdict.ts'
import { tcpTransition } from './tcpTransition.ts'
import { clashes, findConnection } from './conntrackTable.ts'
import type { CtHit } from './conntrackTable.ts'
import type { Kernel } from './kernel.ts'
import { skbTuple } from './skbTuple.ts'

/** nf_conntrack_in: gives the packet its connection, old or new. */
export function trackConnection(kernel: Kernel): void {
  const { skb } = kernel
  // Seen before: it comes back over loopback with what OUTPUT gave it.
  if (skb.ct !== null) return kernel.tell?.({ kind: 'ctSkipped', why: 'the packet already has its connection (it comes over loopback, or that was given)' })
  if (skb.ctTemplate?.notrack) {
    kernel.changeSkb((draft) => { draft.ct = { kind: 'untracked' } })
    return kernel.tell?.({ kind: 'ctTracked', state: 'UNTRACKED', created: false, tuple: skbTuple(kernel.skb) })
  }
  if (skb.icmp?.quoted) trackError(kernel, skb.icmp.quoted)
  else trackPacket(kernel)
}

/** The zone a template asks for; none is zone 0 in both directions. */
const templateZone = ({ ctTemplate }: Skb): Pick<CtEntry, 'zone' | 'zoneDirection'> => ctTemplate ?? { zone: 0, zoneDirection: 'both' }

function trackPacket(kernel: Kernel): void {
  const { skb } = kernel
  const tuple = skbTuple(skb)
  const { zone, zoneDirection } = templateZone(skb)
  const hit = findConnection(kernel, tuple, { zone, zoneDirection })
  const next = tcpTransition(skb, hit)
  if (next === null || (!hit && !mayBegin(kernel, skb))) return invalid(kernel, tuple)
  if (hit) return join(kernel, hit, next, tuple)
  const id = kernel.cell.state.conntrack.length
  kernel.cell.change((draft) => {
    draft.conntrack.push({
      id, zone, zoneDirection, original: tuple, reply: invert(tuple), mark: 0, confirmed: false, seenReply: false, assured: false,
      srcNat: false, dstNat: false, srcNatDone: false, dstNatDone: false, tcpState: next,
    })
    if (draft.skb) draft.skb.ct = { kind: 'entry', id, info: 'NEW', reply: false }
  })
  kernel.tell?.({ kind: 'ctTracked', state: 'NEW', created: true, tuple })
}

function join(kernel: Kernel, { entry, reply }: CtHit, next: CtTcpState, tuple: Tuple): void {
  const info: CtInfo = reply || entry.seenReply ? 'ESTABLISHED' : 'NEW'
  kernel.cell.change((draft) => {
    const own = draft.conntrack[entry.id]
    if (own) {
      // nf_conntrack_tcp_packet: once both ways were seen and the handshake is complete.
      if (own.seenReply && next === 'ESTABLISHED' && (own.tcpState === 'SYN_RECV' || own.tcpState === 'ESTABLISHED')) own.assured = true
      own.tcpState = next
      if (reply) own.seenReply = true
    }
    if (draft.skb) draft.skb.ct = { kind: 'entry', id: entry.id, info, reply }
  })
  kernel.tell?.({ kind: 'ctTracked', state: reply ? `${info} (reply)` : info, created: false, tuple })
}

function invalid(kernel: Kernel, tuple: Tuple): void {
  kernel.changeSkb((draft) => { draft.ct = { kind: 'invalid' } })
  kernel.tell?.({ kind: 'ctTracked', state: 'INVALID', created: false, tuple })
}

/**
 * An ICMP error belongs to the connection of the packet it quotes (nf_conntrack_inet_error): that packet's answer is looked
 * up, since the quote may be as NAT left it, and the error must go where that answer would.
 */
function trackError(kernel: Kernel, quoted: Tuple): void {
  const hit = findConnection(kernel, invert(quoted), templateZone(kernel.skb))
  if (!hit || !sameAddress((hit.reply ? hit.entry.reply : hit.entry.original).dst, kernel.skb.dst)) return invalid(kernel, quoted)
  kernel.changeSkb((draft) => { draft.ct = { kind: 'entry', id: hit.entry.id, info: 'RELATED', reply: hit.reply } })
  kernel.tell?.({ kind: 'ctTracked', state: 'RELATED', created: false, tuple: quoted })
}

/** Whether a packet without a connection may begin one. */
function mayBegin(kernel: Kernel, skb: Skb): boolean {
  if (skb.protocol === Protocol.icmp || skb.protocol === Protocol.icmpv6) return skb.icmp !== null && QUERIES.has(skb.icmp.type)
  if (skb.protocol !== Protocol.tcp) return true
  const kind = skb.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST | TcpFlag.FIN)
  if (kind === TcpFlag.SYN) return true
  // tcp_new: a connection picked up in the middle, only by an ACK and only when loose.
  return kind === TcpFlag.ACK && kernel.sysctl('net.netfilter.nf_conntrack_tcp_loose', 1) !== 0
}

/** Requests of ICMP and ICMPv6 (valid_new in nf_conntrack_proto_icmp*.c). */
const QUERIES: ReadonlySet<number> = new Set([8, 13, 15, 17, 128, 139])

/** nf_conntrack_confirm: the entry becomes findable once its first packet has passed all hooks, unless another stands in its place. */
export function confirm(kernel: Kernel): Verdict {
  const { skb } = kernel
  const entry = kernel.ctOf(skb)
  if (!entry || entry.confirmed || (skb.ct?.kind === 'entry' && skb.ct.reply)) return 'ACCEPT'
  if (clashes(kernel, entry)) {
    kernel.tell?.({ kind: 'dropped', code: 'conntrack-clash', why: 'conntrack has an entry with the same addresses and ports already, seen in another zone: the packet cannot get its own' })
    return 'DROP'
  }
  kernel.cell.change((draft) => {
    const own = draft.conntrack[entry.id]
    if (own) own.confirmed = true
  })
  return 'ACCEPT'
}
