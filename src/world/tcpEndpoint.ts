import { printAddress } from '../net/address.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import { requestMark, resetFor, reversed, synAckFor } from '../engine/answer.ts'
import type { PacketRole } from '../engine/packetPath.ts'
import type { Socket } from '../engine/state.ts'
import type { Skb } from '../netfilter/skb.ts'
import { sentBy, turned } from './stage.ts'
import type { Stage } from './stage.ts'

/** tcp_v4_rcv as far as handshakes and their refusals go. */
export class TcpEndpoint {
  private readonly stage: Stage

  constructor(stage: Stage) {
    this.stage = stage
  }

  receive(skb: Skb, socket: Socket | null, role: PacketRole): void {
    const kind = skb.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST)
    if (kind & TcpFlag.RST) return this.reset(socket)
    if (socket?.state === 'listening' && kind === TcpFlag.SYN) return this.request(skb, socket, role)
    if (socket?.state === 'connecting' && kind === (TcpFlag.SYN | TcpFlag.ACK)) return this.establish(skb, socket, role)
    if (socket?.state === 'requested' && kind === TcpFlag.ACK) return this.accept(socket, role)
    if (socket?.state === 'connected' || (socket?.state === 'requested' && kind === TcpFlag.SYN)) return
    this.refuse(skb, socket, role)
  }

  private refuse(skb: Skb, socket: Socket | null, role: PacketRole): void {
    const { kernel } = this.stage
    kernel.tell?.({ kind: 'noSocket', port: skb.dport, answer: 'RST' })
    this.stage.emit(resetFor(kernel, skb, socket), turned(role))
  }

  private reset(socket: Socket | null): void {
    if (!socket || socket.state === 'listening') return
    if (socket.state === 'connecting' && socket.leg !== null) this.stage.finish(socket.leg, 'refused')
    this.setState(socket, 'closed')
  }

  private setState(socket: Socket, state: Socket['state']): void {
    this.stage.kernel.cell.change((draft) => {
      const own = draft.sockets[socket.id]
      if (own) own.state = state
    })
  }

  /** A SYN at a listener: a request socket, and the SYN-ACK. */
  private request(skb: Skb, listener: Socket, role: PacketRole): void {
    const { kernel } = this.stage
    const mark = requestMark(kernel, skb, listener)
    const request: Socket = {
      ...listener, id: kernel.cell.state.sockets.length, family: skb.family, local: skb.dst, localPort: skb.dport, remote: skb.src, remotePort: skb.sport,
      state: 'requested', mark, leg: role.leg, listener: listener.id,
    }
    kernel.cell.change((draft) => { draft.sockets.push(request) })
    const answer = synAckFor(kernel, skb, listener, mark)
    if (!answer) this.stage.act?.('kernel', `has no route for the SYN-ACK from ${printAddress(skb.dst)} to ${printAddress(skb.src)}: it is not sent`)
    this.stage.emit(answer, turned(role))
  }

  /** A SYN-ACK at its dialler: connect() returns. */
  private establish(skb: Skb, socket: Socket, role: PacketRole): void {
    this.setState(socket, 'connected')
    if (socket.leg !== null) this.stage.finish(socket.leg, 'connected')
    const ack = reversed(skb, TcpFlag.ACK)
    this.stage.emit(sentBy(this.stage.kernel, socket, ack, ack.src), turned(role))
  }

  /** The handshake is complete: accept() returns. */
  private accept(socket: Socket, role: PacketRole): void {
    this.setState(socket, 'connected')
    this.stage.accepted(socket, role)
  }
}
