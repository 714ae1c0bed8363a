import { describeTcpFlags, invert, printAddress, printable, printEndpoint, protocolName, sameAddress } from '../core.ts'
import type { CtEntry, Frame, FrameState, Skb, TraceCursor, TraceEvent, TraceStep, Tuple } from '../core.ts'
import type { FrameView, StateView } from './protocol.ts'
import type { RuleRows } from './ruleRows.ts'

/** A frame with all a page shows beside it: the rule, and the packet and conntrack as the step left them. */
export function frameView({ event, text, packet }: Frame, events: readonly TraceEvent[], cursor: TraceCursor, rows: RuleRows): FrameView {
  const state = cursor.after(event + 1)
  const step = events[event]?.step
  const rule = step && (step.kind === 'ruleMatched' || step.kind === 'ruleMissed') ? step : null
  const missed = rule?.kind === 'ruleMissed' ? rule : null
  return {
    event, packet, kind: step?.kind ?? '', text: rule ? ruleLine(rule) : text,
    place: rule && state.skb ? rows.place(state.skb.family, rule.place) : null,
    hit: rule ? (missed ? 'missed' : 'matched') : null, asked: missed && printable(missed.asked), seen: missed && printable(missed.seen),
    state: stateView(state),
  }
}

/** "=> JUMP ISTIO_INBOUND": what the rules view does not show already. */
const ruleLine = (step: Extract<TraceStep, { kind: 'ruleMatched' | 'ruleMissed' }>): string => (step.kind === 'ruleMatched' ? printable(step.verdict) : printable(step.asked))

/** "SYN-ACK 10.0.0.1:80 -> …", with the way it goes. */
export const packetTitle = ({ skb }: Extract<TraceStep, { kind: 'packetEntered' }>, text: string): string => `${skb.in === null ? '↑' : '↓'} ${text}`

export const stateView = ({ skb, conntrack }: FrameState): StateView => ({ packet: skb ? packetFields(skb) : [], conntrack: conntrack.map(entryView) })

const hex = (value: number): string => `0x${value.toString(16)}`

function packetFields(skb: Skb): readonly (readonly [string, string])[] {
  const end = (address: Skb['src'], port: number): string => (skb.icmp ? printAddress(address) : printEndpoint(address, port))
  return [
    ['protocol', skb.icmp ? `icmp ${skb.icmp.type}/${skb.icmp.code}` : [protocolName(skb.protocol), describeTcpFlags(skb.tcpFlags)].filter(Boolean).join(' ')],
    ['src', end(skb.src, skb.sport)], ['dst', end(skb.dst, skb.dport)], ['in', skb.in ?? '-'], ['out', skb.out ?? '-'], ['mark', hex(skb.mark)], ['ttl', `${skb.ttl}`],
    ['conntrack', ctText(skb)], ['route', skb.route ?? '-'], ['socket', skb.socket === null ? '-' : `#${skb.socket}`],
  ]
}

function ctText({ ct }: Skb): string {
  if (ct === null) return '-'
  return ct.kind === 'entry' ? `${ct.info}, ${ct.reply ? 'reply' : 'original'} of #${ct.id}` : ct.kind
}

const tupleText = ({ src, sport, dst, dport }: Tuple): string => `${printEndpoint(src, sport)} → ${printEndpoint(dst, dport)}`

function entryView(entry: CtEntry): StateView['conntrack'][number] {
  const { id, original, reply, mark, tcpState, seenReply, assured, confirmed } = entry
  const state = original.protocol === 6 ? ` ${tcpState}` : ''
  const flags = [seenReply ? '' : '[UNREPLIED]', assured ? '[ASSURED]' : '', confirmed ? '' : '[UNCONFIRMED]'].filter(Boolean).join(' ')
  return { text: `#${id} ${protocolName(original.protocol)}${state} ${tupleText(original)} ⇄ ${tupleText(reply)}${mark === 0 ? '' : ` mark ${hex(mark)}`} ${flags}`.trim(), nat: bindings(entry) }
}

/** What NAT makes of the connection: the reply's tuple is then not the original's turned round. */
function bindings({ original, reply }: CtEntry): readonly string[] {
  const plain = invert(original)
  const destination = !sameAddress(reply.src, plain.src) || reply.sport !== plain.sport
  const source = !sameAddress(reply.dst, plain.dst) || reply.dport !== plain.dport
  return [
    ...(destination ? [`DNAT ${printEndpoint(original.dst, original.dport)} → ${printEndpoint(reply.src, reply.sport)}`] : []),
    ...(source ? [`SNAT ${printEndpoint(original.src, original.sport)} → ${printEndpoint(reply.dst, reply.dport)}`] : []),
  ]
}
