import { isAnyAddress, printAddress, sameAddress } from '../net/address.ts'
import { portUnreachable, replyMark, reversed, sendable } from '../engine/answer.ts'
import type { PacketRole } from '../engine/packetPath.ts'
import { routeOutput } from '../engine/routing.ts'
import type { Socket } from '../engine/state.ts'
import { Protocol } from '../net/protocol.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import { icmpResult } from './icmpResult.ts'
import type { Leg } from './leg.ts'
import { sentBy, turned } from './stage.ts'
import type { Stage } from './stage.ts'

/** __udp4_lib_err, tcp_v4_err: the socket is looked up by both ends of the packet that is quoted. */
function isOf(socket: Socket, quoted: Tuple): boolean {
  if (socket.protocol !== quoted.protocol || !socket.remote || !sameAddress(socket.local, quoted.src) || !sameAddress(socket.remote, quoted.dst)) return false
  // A ping's socket has no ports; what it sent is a request.
  if (quoted.protocol !== Protocol.tcp && quoted.protocol !== Protocol.udp) return quoted.dport === ECHO_REQUEST[socket.family]
  return socket.localPort === quoted.sport && socket.remotePort === quoted.dport
}

const ECHO_REQUEST = { 4: 8, 6: 128 } as const

/** What is not TCP: UDP datagrams and their answers, pings, and the ICMP errors that sockets hear of. */
export class DatagramEndpoint {
  private readonly stage: Stage

  constructor(stage: Stage) {
    this.stage = stage
  }

  receive(skb: Skb, socket: Socket | null, role: PacketRole): void {
    const { kernel } = this.stage
    if (!socket) {
      kernel.tell?.({ kind: 'noSocket', port: skb.dport, answer: 'ICMP port unreachable' })
      return this.stage.emit(portUnreachable(kernel, skb), turned(role))
    }
    if (socket.state !== 'listening') {
      if (socket.leg !== null) this.stage.finish(socket.leg, 'connected')
      return
    }
    this.stage.accepted({ ...socket, remote: skb.src, remotePort: skb.sport }, role)
    // The program answers with sendto(): from its bound address, else from what the route gives; a transparent proxy as whom it was dialled.
    const bound = socket.transparent ? skb.dst : isAnyAddress(socket.local) ? null : socket.local
    this.stage.emit(sentBy(kernel, socket, { ...reversed(skb, 0), sport: socket.localPort }, bound), turned(role))
  }

  receivePing(skb: Skb, leg: Leg | undefined, role: PacketRole): void {
    const echo = skb.family === 4 ? { request: 8, reply: 0 } : { request: 128, reply: 129 }
    if (skb.icmp?.type === echo.reply && leg && leg.socket !== null) this.stage.finish(leg.index, 'connected')
    if (skb.icmp?.type !== echo.request) return
    this.stage.act?.('kernel', `answers the ping of ${printAddress(skb.src)}`)
    const mark = replyMark(this.stage.kernel, skb)
    const route = routeOutput(this.stage.kernel, { src: skb.dst, dst: skb.src, mark, uid: 0, device: null, source: 'own' })
    if (typeof route === 'string') return
    const packet = { ...reversed(skb, 0), tos: skb.tos, length: skb.length, icmp: { type: echo.reply, code: 0, id: skb.icmp.id, quoted: null } }
    const answer = sendable(packet, packet.src, route, mark)
    answer.owner = { kind: 'kernel' }
    this.stage.emit(answer, turned(role))
  }

  /** An ICMP error reaches the socket whose packet it quotes (tcp_v4_err, udp_err). */
  receiveError(skb: Skb, leg: Leg | undefined): void {
    const quoted = skb.icmp?.quoted
    const socket = leg?.socket === undefined || leg.socket === null ? null : this.stage.kernel.cell.state.sockets[leg.socket]
    if (!quoted || !leg || !socket || !isOf(socket, quoted)) return
    const result = icmpResult(skb, leg.dial.protocol)
    if (socket.state === 'connecting' && result) this.stage.finish(leg.index, result)
  }
}
