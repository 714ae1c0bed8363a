import { Protocol } from '../net/protocol.ts'
import type { Packet } from '../netfilter/skb.ts'
import type { Result } from './outcome.ts'

/** icmp_err_convert[]: codes of "destination unreachable" that are fatal; a UDP socket hears of no others. */
const FATAL: Readonly<Record<4 | 6, ReadonlySet<number>>> = { 4: new Set([2, 3, 6, 7, 8, 9, 10, 13, 14, 15]), 6: new Set([1, 4, 5, 6]) }

/**
 * What an ICMP error makes of connect() or of a datagram's answer (tcp_v4_err, __udp4_lib_err): only "port unreachable" is
 * ECONNREFUSED; null where the socket ignores it. ping asks for all errors (IP_RECVERR).
 */
export function icmpResult({ family, icmp }: Packet, protocol: number): Result | null {
  const unreachable = family === 4 ? 3 : 1
  if (icmp?.type !== unreachable || (protocol === Protocol.udp && !FATAL[family].has(icmp.code))) return null
  return icmp.code === (family === 4 ? 3 : 4) ? 'refused' : 'unreachable'
}
