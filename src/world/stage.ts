import type { Kernel } from '../engine/kernel.ts'
import { sendable } from '../engine/answer.ts'
import type { PacketRole } from '../engine/packetPath.ts'
import { routeOutput } from '../engine/routing.ts'
import type { Socket } from '../engine/state.ts'
import type { Address } from '../net/address.ts'
import type { Packet, Skb } from '../netfilter/skb.ts'
import type { Result } from './outcome.ts'

/** What the endpoints of a walk may do. */
export interface Stage {
  readonly kernel: Kernel
  /** Sends a packet of this namespace; null (the kernel could not) sends nothing. */
  emit(skb: Skb | null, role: PacketRole): void
  finish(leg: number, result: Result): void
  /** accept() or recvfrom() returned. */
  accepted(socket: Socket, role: PacketRole): void
  /** Tells the observer what a program does; null where nobody listens, and then (act?.()) nothing is worded. */
  readonly act: ((who: string, what: string) => void) | null
}

export const turned = ({ leg, reply }: PacketRole): PacketRole => ({ leg, reply: !reply })

/** What a socket sends: its owner, its mark, its route. Null without a route. */
export function sentBy(kernel: Kernel, socket: Socket, packet: Packet, source: Address | null): Skb | null {
  const route = routeOutput(kernel, { src: source, dst: packet.dst, mark: socket.mark, uid: socket.uid, device: null, source: socket.transparent || socket.state !== 'listening' ? 'any' : 'own' })
  if (typeof route === 'string') return null
  const skb = sendable(packet, source ?? route.source, route, socket.mark)
  skb.owner = { kind: 'file', uid: socket.uid, gid: socket.gid }
  skb.socket = socket.id
  return skb
}
