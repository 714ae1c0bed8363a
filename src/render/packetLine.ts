import { printAddress, printEndpoint } from '../net/address.ts'
import { Protocol, protocolName } from '../net/protocol.ts'
import { describeTcpFlags, TcpFlag } from '../net/tcpFlags.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { TraceStep } from '../netfilter/traceEvent.ts'

/** A packet in one line: "SYN 10.0.0.1:33204 -> 10.0.0.2:80  in eth0". */
export function packetLine(skb: Skb): string {
  const kind = skb.icmp ? `ICMP type ${skb.icmp.type}` : describeTcpFlags(skb.tcpFlags) || protocolName(skb.protocol).toUpperCase()
  const device = skb.in === null ? `out ${skb.out}` : `in ${skb.in}`
  const ends = skb.icmp ? `${printAddress(skb.src)} -> ${printAddress(skb.dst)}` : `${printEndpoint(skb.src, skb.sport)} -> ${printEndpoint(skb.dst, skb.dport)}`
  return `${kind} ${ends}  ${device}${skb.mark === 0 ? '' : `  mark 0x${skb.mark.toString(16)}`}`
}

/** The packets by which a leg is decided: its SYN or datagram, not the answers to it. */
export const isFirstPacket = ({ reply, skb }: Extract<TraceStep, { kind: 'packetEntered' }>): boolean => !reply && (skb.protocol !== Protocol.tcp || skb.tcpFlags === TcpFlag.SYN)
