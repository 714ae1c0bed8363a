import type { Family } from '../net/address.ts'
import { TcpFlag } from '../net/tcpFlags.ts'

/** tcp_syn_options, tcp_established_options: MSS, SACK, timestamps and window scale on a SYN, timestamps later, nothing on a reset. */
function optionsLength(tcpFlags: number): number {
  if (tcpFlags & TcpFlag.RST) return 0
  return tcpFlags & TcpFlag.SYN ? 20 : 12
}

/** Bytes of a segment without data as Linux sends it, from the IP header on. */
export const segmentLength = (family: Family, tcpFlags: number): number => (family === 4 ? 40 : 60) + optionsLength(tcpFlags)
