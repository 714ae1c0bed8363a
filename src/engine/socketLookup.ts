import { isAnyAddress, sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { NetnsState, Socket } from './state.ts'

/** Where a packet says it goes, and whence. */
export interface Endpoints {
  readonly family: Family
  readonly protocol: number
  readonly src: Address
  readonly sport: number
  readonly dst: Address
  readonly dport: number
}

/** __inet_lookup_established: the socket of exactly this connection. */
export function establishedSocket(state: NetnsState, to: Endpoints): Socket | null {
  const { sockets } = state
  for (let i = sockets.length - 1; i >= 0; i -= 1) {
    const socket = sockets[i]
    if (
      socket && socket.remote && socket.state !== 'closed' && socket.protocol === to.protocol && socket.localPort === to.dport && socket.remotePort === to.sport &&
      sameAddress(socket.local, to.dst) && sameAddress(socket.remote, to.src)
    ) return socket
  }
  return null
}

/** compute_score: an exact address outweighs a wildcard, the packet's own family an IPv6 socket that takes IPv4. */
function score(socket: Socket, to: Endpoints, device: string | null): number {
  if (socket.state !== 'listening' || socket.protocol !== to.protocol || socket.localPort !== to.dport) return -1
  if (socket.device !== null && socket.device !== device) return -1
  if (socket.family !== to.family && (to.family === 6 || socket.v6only)) return -1
  const own = socket.family === to.family ? 1 : 0
  const bound = socket.device === null ? 0 : 4
  if (isAnyAddress(socket.local)) return own + bound
  return sameAddress(socket.local, to.dst) ? 2 + own + bound : -1
}

/** __inet_lookup_listener: the best listener for the address and port. */
export function listeningSocket(state: NetnsState, to: Endpoints, device: string | null): Socket | null {
  let best: Socket | null = null
  let bestScore = -1
  for (const socket of state.sockets) {
    const own = score(socket, to, device)
    if (own > bestScore) { best = socket; bestScore = own }
  }
  return best
}

/** What a packet is delivered to: its own socket if TPROXY gave it one, a connection, a listener. */
export function socketFor(state: NetnsState, skb: Skb): Socket | null {
  if (skb.socket !== null && skb.in !== null && skb.route !== 'forward') {
    const given = state.sockets[skb.socket]
    if (given && given.state !== 'closed') return given
  }
  return establishedSocket(state, skb) ?? listeningSocket(state, skb, skb.in)
}
