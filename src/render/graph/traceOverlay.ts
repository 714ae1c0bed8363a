import type { Family } from '../../net/address.ts'
import type { RulePlace, TraceEvent, TraceStep } from '../../netfilter/traceEvent.ts'
import { isFirstPacket, packetLine } from '../packetLine.ts'
import { printable } from '../printable.ts'
import { chainId, edgeId } from './pictureId.ts'

/** One step of a packet's way through chains. */
export interface WayStep {
  /** Counted from 1 over the packets that decide; null for those that follow them. */
  readonly order: number | null
  /** Which of the trace's packets, from 0, and the leg it belongs to. */
  readonly packet: number
  readonly leg: number
  readonly node: string
  readonly kind: 'rule' | 'policy' | 'end'
  /** From 1; null for a policy and the end of a chain. */
  readonly rule: number | null
  readonly verdict: string
  /** The edge it takes: of a jump or goto. */
  readonly edge: string | null
}

/** A rule that a packet was held against and did not meet. */
export interface MissedRule {
  readonly packet: number
  readonly node: string
  readonly rule: number
}

/** Steps and misses, in the order they happened. */
export interface PacketWay {
  readonly steps: readonly WayStep[]
  readonly missed: readonly MissedRule[]
}

/** A packet each time it enters the stack. */
export interface OverlaidPacket extends PacketWay {
  readonly leg: number
  readonly direction: 'original' | 'reply'
  /** It decides the connection's way: a SYN, the first datagram. What follows it goes the same way through nat. */
  readonly decides: boolean
  readonly title: string
}

/** What a trace lays over the picture of its rules: packet by packet, and of all of them. */
export interface TraceOverlay {
  readonly packets: readonly OverlaidPacket[]
  readonly all: PacketWay
}

type Entered = Extract<TraceStep, { kind: 'packetEntered' }>

interface Draft extends OverlaidPacket {
  readonly family: Family
  readonly steps: WayStep[]
  readonly missed: MissedRule[]
}

/** Which chains, rules and jumps the packets of a trace visit, in order, and which rules they do not meet. */
export function traceOverlay(events: readonly TraceEvent[]): TraceOverlay {
  const drafts: Draft[] = []
  let order = 0
  for (const { step } of events) {
    if (step.kind === 'packetEntered') drafts.push(draftOf(step, drafts.length))
    const packet = drafts.at(-1)
    if (!packet) continue
    if (step.kind === 'ruleMissed') packet.missed.push({ packet: drafts.length - 1, node: nodeOf(packet, step.place), rule: step.place.number })
    const visited = visit(step, packet)
    if (visited) packet.steps.push({ order: packet.decides && visited.kind !== 'end' ? (order += 1) : null, packet: drafts.length - 1, leg: packet.leg, ...visited })
  }
  const packets = drafts.map(({ leg, direction, decides, title, steps, missed }) => ({ leg, direction, decides, title, steps, missed }))
  return { packets, all: { steps: packets.flatMap(({ steps }) => steps), missed: packets.flatMap(({ missed }) => missed) } }
}

/** The very first packet decides, whatever it is. */
const draftOf = (step: Entered, index: number): Draft => ({
  leg: step.leg, direction: step.reply ? 'reply' : 'original', decides: index === 0 || isFirstPacket(step), title: printable(packetLine(step.skb)), family: step.skb.family, steps: [], missed: [],
})

const nodeOf = ({ family }: Draft, { table, chain }: Pick<RulePlace, 'table' | 'chain'>): string => chainId(family, table, chain)

function visit(step: TraceStep, packet: Draft): Pick<WayStep, 'node' | 'kind' | 'rule' | 'verdict' | 'edge'> | null {
  switch (step.kind) {
    case 'ruleMatched': return { node: nodeOf(packet, step.place), kind: 'rule', rule: step.place.number, verdict: step.verdict, edge: jumpOf(packet, step.place, step.verdict) }
    case 'policyApplied': return { node: nodeOf(packet, step), kind: 'policy', rule: null, verdict: step.verdict, edge: null }
    case 'chainEnded': return { node: nodeOf(packet, step), kind: 'end', rule: null, verdict: 'RETURN', edge: null }
    default: return null
  }
}

/** A jump that closes a loop has a chain for its target and is not taken. */
function jumpOf(packet: Draft, place: RulePlace, verdict: string): string | null {
  const { target } = place.rule
  if (!target || !('chain' in target) || !verdict.startsWith(target.kind.toUpperCase())) return null
  return edgeId(nodeOf(packet, place), target.kind, chainId(packet.family, place.table, target.chain))
}
