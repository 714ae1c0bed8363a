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
  const common = { family: to.family, protocol, src, dst: to, ttl: 64, tos: 0, length }
  if (protocol === Protocol.icmp || protocol === Protocol.icmpv6) {
    return { ...common, sport: 0, dport: 0, tcpFlags: 0, icmp: { type: protocol === Protocol.icmp ? 8 : 128, code: 0, id: ephemeral, quoted: null } }
  }
  if (protocol !== Protocol.tcp) return { ...common, sport: ephemeral, dport: port, tcpFlags: 0, icmp: null }
  const flags = tcpFlags ?? TcpFlag.SYN
  const empty = (flags & (TcpFlag.SYN | TcpFlag.RST)) !== 0
  return { ...common, sport: ephemeral, dport: port, tcpFlags: flags, length: length ?? (empty ? segmentLength(to.family, flags) : null), icmp: null }
}
