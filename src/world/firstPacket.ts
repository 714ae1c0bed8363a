import type { Address } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import { segmentLength } from '../engine/segmentLength.ts'
import type { Environment } from '../engine/kernel.ts'
import type { Packet } from '../netfilter/skb.ts'
import type { Connection } from './connection.ts'
import type { Dial } from './leg.ts'

export function protocolOf({ proto, dst }: Connection): number {
  if (proto !== 'icmp') return Protocol[proto]
  return dst.family === 4 ? Protocol.icmp : Protocol.icmpv6
}

/** The SYN, the datagram or the ping a dial begins with. */
export function firstPacket({ protocol, to, port, sport, tcpFlags, length }: Dial, src: Address, environment: Environment): Packet {
  const ephemeral = sport ?? environment.freePort()
  if (protocol === Protocol.icmp || protocol === Protocol.icmpv6) {
    const icmp = { type: protocol === Protocol.icmp ? 8 : 128, code: 0, id: ephemeral, quoted: null }
    return { family: to.family, protocol, src, dst: to, sport: 0, dport: 0, tcpFlags: 0, icmp, ttl: 64, tos: 0, length }
  }
  const flags = protocol === Protocol.tcp ? (tcpFlags ?? TcpFlag.SYN) : 0
  const empty = (flags & (TcpFlag.SYN | TcpFlag.RST)) !== 0
  return { family: to.family, protocol, src, dst: to, sport: ephemeral, dport: port, tcpFlags: flags, icmp: null, ttl: 64, tos: 0, length: length ?? (empty ? segmentLength(to.family, flags) : null) }
}
