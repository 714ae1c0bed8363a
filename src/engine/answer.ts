import { isLinkLocal, isLoopback } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import type { FibError } from '../host/fib.ts'
import { isOlder } from '../host/netns.ts'
import type { RejectWith } from '../extensions/effect.ts'
import type { CtRef } from '../netfilter/ctState.ts'
import type { Packet, Skb, SkbOwner } from '../netfilter/skb.ts'
import type { Kernel } from './kernel.ts'
import { freshSkb } from './packetPath.ts'
import { routeOutput } from './routing.ts'
import type { OutputFlow, OutputRoute } from './routing.ts'
import { segmentLength } from './segmentLength.ts'
import { skbTuple } from './skbTuple.ts'
import type { Socket } from './state.ts'

/** A packet of the kernel's own making, ready for `output`; null when the kernel cannot send it. */
export type Answer = Skb | null

/** Of a segment without payload; what answers a datagram may have any length. */
const answerLength = ({ protocol, family }: Packet, tcpFlags: number): number | null =>
  protocol === Protocol.tcp ? segmentLength(family, tcpFlags) : null

/** A packet that a socket, or the kernel for it, sends back whence another came. */
export const reversed = (skb: Packet, tcpFlags: number): Packet => ({
  family: skb.family, protocol: skb.protocol, src: skb.dst, dst: skb.src, sport: skb.dport, dport: skb.sport, tcpFlags, icmp: null, ttl: 64, tos: 0, length: answerLength(skb, tcpFlags),
})

/** A packet with its source, its route and its mark, before its first hook. */
export function sendable(packet: Packet, src: Address, { device, local }: Pick<OutputRoute, 'device' | 'local'>, mark: number): Skb {
  const skb = freshSkb(packet)
  skb.src = src
  skb.out = device
  skb.route = local ? 'local' : 'forward'
  skb.mark = mark
  return skb
}

function routed(kernel: Kernel, packet: Packet, flow: OutputFlow): Skb | null {
  const route = routeOutput(kernel, flow)
  if (typeof route === 'string') return null
  return sendable(packet, flow.src ?? route.source, route, flow.mark)
}

/** tcp_v4_send_reset: the answer to a segment that fits no socket, or not the state of the one it reached. */
export function resetFor(kernel: Kernel, skb: Skb, socket: Socket | null): Answer {
  if (skb.tcpFlags & TcpFlag.RST) return null
  const packet = { ...reversed(skb, skb.tcpFlags & TcpFlag.ACK ? TcpFlag.RST : TcpFlag.RST | TcpFlag.ACK), tos: skb.tos }
  const mark = replyMark(kernel, skb) || (socket?.mark ?? 0)
  const answer = routed(kernel, packet, { src: packet.src, dst: packet.dst, mark, uid: socket?.uid ?? 0, device: strictDevice(kernel, skb), source: socket?.transparent ? 'any' : 'own' })
  if (answer) answer.owner = resetOwner(kernel, skb.family, socket)
  return answer
}

/** Since Linux 6.13 a reset that a socket gave rise to is that socket's (79636038d37e, "ipv4: tcp: give socket pointer to control skbs"). */
function resetOwner({ fixed: { netns: { release } } }: Kernel, family: Family, socket: Socket | null): SkbOwner | null {
  // tcp_v6_send_response gives it no socket at all.
  if (!socket || isOlder(release, 6, 13)) return family === 4 ? { kind: 'kernel' } : null
  return { kind: release ? 'file' : 'doubtful', uid: socket.uid, gid: socket.gid }
}

/**
 * tcp_v6_send_response: towards ::1 or a link-local address the reset leaves by the interface of the segment's route, which
 * over lo is that of the address dialled (ip6_rcv_core takes it from the route the packet holds). Null: by any.
 */
function strictDevice(kernel: Kernel, skb: Skb): string | null {
  if (skb.family === 4 || !(isLoopback(skb.src) || isLinkLocal(skb.src))) return null
  if (skb.in !== 'lo') return skb.in
  const held = kernel.fixed.fib.lookup({ family: 6, src: skb.src, dst: skb.dst, mark: skb.mark, in: null, out: null, uid: 0 }, kernel.decide)
  return typeof held === 'string' ? skb.in : held.route.device
}

/** IP4_REPLY_MARK: replies without a socket carry the packet's mark only if fwmark_reflect says so. */
export const replyMark = (kernel: Kernel, skb: Skb): number =>
  kernel.sysctl(skb.family === 4 ? 'net.ipv4.fwmark_reflect' : 'net.ipv6.fwmark_reflect', 0) > 0 ? skb.mark : 0

/** inet_csk_route_req, tcp_v4_send_synack: from the address that was dialled, with the listener's mark. */
export function synAckFor(kernel: Kernel, skb: Skb, listener: Socket, requestMark: number): Answer {
  const answer = routed(kernel, reversed(skb, TcpFlag.SYN | TcpFlag.ACK), { src: skb.dst, dst: skb.src, mark: requestMark, uid: listener.uid, device: null, source: listener.transparent ? 'any' : 'own' })
  if (!answer) return null
  answer.owner = { kind: 'file', uid: listener.uid, gid: listener.gid }
  answer.socket = listener.id
  return answer
}

/** inet_request_mark: a listener without a mark takes the packet's, if tcp_fwmark_accept says so. */
export const requestMark = (kernel: Kernel, skb: Skb, listener: Socket): number =>
  listener.mark === 0 && kernel.sysctl('net.ipv4.tcp_fwmark_accept', 0) > 0 ? skb.mark : listener.mark

/** nf_ct_attach: an answer to a packet that never was confirmed is RELATED to its connection, the other way round. */
function attached(skb: Skb): CtRef | null {
  if (skb.ct?.kind !== 'entry') return skb.ct
  return { kind: 'entry', id: skb.ct.id, info: 'RELATED', reply: !skb.ct.reply }
}

/** What REJECT sends: nf_send_reset, or icmp_send. */
export function rejection(kernel: Kernel, skb: Skb, reject: RejectWith): Answer {
  if (reject.kind === 'icmp') return icmpError(kernel, skb, reject.type, reject.code)
  if (skb.protocol !== Protocol.tcp || skb.tcpFlags & TcpFlag.RST) return null
  const packet = reversed(skb, skb.tcpFlags & TcpFlag.ACK ? TcpFlag.RST : TcpFlag.RST | TcpFlag.ACK)
  const answer = routed(kernel, packet, { src: packet.src, dst: packet.dst, mark: replyMark(kernel, skb), uid: 0, device: null, source: 'any' })
  return answer && { ...answer, ct: attached(skb) }
}

/** icmp_send quotes as much as fits 576 bytes, icmp6_send 1280 (RFC 1812, 4.3.2.3; RFC 4443, 2.4). */
function errorLength({ family, length }: Packet): number | null {
  if (length === null) return null
  return family === 4 ? Math.min(28 + length, 576) : Math.min(48 + length, 1280)
}

/** include/uapi/linux/ip.h: IPv4's errors are marked as network control (RFC 1812, 4.3.2.5). */
const IPTOS_TOS_MASK = 0x1e
const IPTOS_PREC_INTERNETCONTROL = 0xc0

/** icmp_send: from the address that was dialled if it is our own, else from what the route gives. */
export function icmpError(kernel: Kernel, skb: Skb, type: number, code: number): Answer {
  if (skb.icmp?.quoted || isBeingSent(skb) || redirects(kernel, skb)) return null
  const own = answersAs(kernel, skb) ? skb.dst : null
  const protocol = skb.family === 4 ? Protocol.icmp : Protocol.icmpv6
  const packet: Packet = {
    family: skb.family, protocol, src: skb.dst, dst: skb.src, sport: 0, dport: 0, tcpFlags: 0, ttl: 64, length: errorLength(skb),
    tos: skb.family === 4 ? (skb.tos & IPTOS_TOS_MASK) | IPTOS_PREC_INTERNETCONTROL : 0,
    icmp: { type, code, id: 0, quoted: skbTuple(skb) },
  }
  const answer = routed(kernel, packet, { src: own, dst: packet.dst, mark: replyMark(kernel, skb), uid: 0, device: null, source: 'own' })
  return answer && { ...answer, owner: { kind: 'kernel' }, ct: attached(skb) }
}

/** While the kernel's ICMP socket sends an echo reply it is held, and no error about that reply can be sent (icmp_xmit_lock, icmpv6_xmit_lock). */
const isBeingSent = (skb: Skb): boolean => skb.icmp !== null && skb.in === null && skb.owner?.kind === 'kernel'

/**
 * Whether an error speaks as the address that was dialled: over IPv4 for whatever was routed here, own or not (RTCF_LOCAL),
 * over IPv6 for addresses of this host, those of host or link scope on their own interface only (ipv6_chk_addr).
 */
function answersAs(kernel: Kernel, { family, dst, route, in: device }: Skb): boolean {
  if (family === 4) return route === 'local'
  return kernel.fixed.fib.isLocal(dst) && (device === null || device === 'lo' || !(isLoopback(dst) || isLinkLocal(dst)))
}

/**
 * A packet that leaves by the interface it came in by makes ip_forward send an ICMP redirect first (a neighbour could have
 * gone there by itself), and that uses up the sender's ICMP allowance (inet_peer_xrlim_allow): an error behind it is not sent.
 */
function redirects(kernel: Kernel, skb: Skb): boolean {
  if (skb.family !== 4 || skb.in === null || skb.in !== skb.out) return false
  const sends = Math.max(kernel.sysctl('net.ipv4.conf.all.send_redirects', 1), kernel.sysctl(`net.ipv4.conf.${skb.in}.send_redirects`, 1)) > 0
  return sends && kernel.fixed.fib.isNeighbour(skb.src, skb.in)
}

/** The ICMP message of a closed UDP port; udp_rcv lets go of the packet's connection before (nf_reset_ct), so it is looked up afresh. */
export function portUnreachable(kernel: Kernel, skb: Skb): Answer {
  const answer = skb.family === 4 ? icmpError(kernel, skb, 3, 3) : icmpError(kernel, skb, 1, 4)
  return answer && { ...answer, ct: null }
}

/** Types and codes of ip_error and ip6_pkt_discard, by what the routing table said. */
const UNROUTABLE: Readonly<Record<FibError, { readonly v4: number; readonly v6: number }>> = {
  'no-route': { v4: 0, v6: 0 },
  unreachable: { v4: 1, v6: 0 },
  prohibit: { v4: 13, v6: 1 },
  blackhole: { v4: 1, v6: 0 },
}

/** The ICMP message of a host that has no way to the destination. */
export const unroutableError = (kernel: Kernel, skb: Skb, error: FibError): Answer =>
  skb.family === 4 ? icmpError(kernel, skb, 3, UNROUTABLE[error].v4) : icmpError(kernel, skb, 1, UNROUTABLE[error].v6)
