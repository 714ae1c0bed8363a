import { Protocol } from '../net/protocol.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import type { CtTcpState } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { CtHit } from './conntrackTable.ts'

const STATES: readonly CtTcpState[] = ['NONE', 'SYN_SENT', 'SYN_RECV', 'ESTABLISHED', 'FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT', 'CLOSE', 'SYN_SENT2']

/** sNO, sSS … as the kernel's own table has them; sIV is invalid, sIG lets the state be. */
const SHORT: Readonly<Record<string, CtTcpState>> = { NO: 'NONE', SS: 'SYN_SENT', SR: 'SYN_RECV', ES: 'ESTABLISHED', FW: 'FIN_WAIT', CW: 'CLOSE_WAIT', LA: 'LAST_ACK', TW: 'TIME_WAIT', CL: 'CLOSE', S2: 'SYN_SENT2' }

type Segment = 'SYN' | 'SYNACK' | 'FIN' | 'ACK' | 'RST'
type Row = ReadonlyMap<CtTcpState, CtTcpState | null>

const row = (cells: string): Row =>
  new Map(cells.split(' ').map((cell, i) => {
    const state = STATES[i] ?? 'NONE'
    return [state, cell === 'IG' ? state : (SHORT[cell] ?? null)]
  }))

/** tcp_conntracks[][][] of nf_conntrack_proto_tcp.c: from each of STATES, by the kind of segment. */
const ORIGINAL: Readonly<Record<Segment, Row>> = {
  SYN: row('SS SS IG IG IG IG IG SS SS S2'),
  SYNACK: row('IV IV SR IV IV IV IV IV IV SR'),
  FIN: row('IV IV FW FW LA LA LA TW CL IV'),
  ACK: row('ES IV ES ES CW CW TW TW CL IV'),
  RST: row('IV CL CL CL CL CL CL CL CL CL'),
}

const REPLY: Readonly<Record<Segment, Row>> = {
  SYN: row('IV S2 IV IV IV IV IV SS IV S2'),
  SYNACK: row('IV SR IG IG IG IG IG IG IG SR'),
  FIN: row('IV IV FW FW LA LA LA TW CL IV'),
  ACK: row('IV IG SR ES CW CW TW TW CL IG'),
  RST: row('IV CL CL CL CL CL CL CL CL CL'),
}

/** get_conntrack_index; null for a segment with none of the flags. */
function segmentOf(flags: number): Segment | null {
  if (flags & TcpFlag.RST) return 'RST'
  if (flags & TcpFlag.SYN) return flags & TcpFlag.ACK ? 'SYNACK' : 'SYN'
  if (flags & TcpFlag.FIN) return 'FIN'
  return flags & TcpFlag.ACK ? 'ACK' : null
}

/** nf_conntrack_tcp_packet: the entry's next state; null where the packet is invalid. Sequence numbers are not looked at. */
export function tcpTransition(skb: Skb, hit: CtHit | null): CtTcpState | null {
  if (skb.protocol !== Protocol.tcp) return 'NONE'
  const segment = segmentOf(skb.tcpFlags)
  if (segment === null) return null
  return (hit?.reply ? REPLY : ORIGINAL)[segment].get(hit ? hit.entry.tcpState : 'NONE') ?? null
}
