import { printAddress } from '../net/address.ts'
import { describeTcpFlags } from '../net/tcpFlags.ts'
import type { KernelPacket, KernelStep } from '../host/kernelTrace.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { RulePlace, TraceEvent } from '../netfilter/traceEvent.ts'
import { printRule } from '../ruleset/print.ts'

/** Where prediction and kernel part, or that they do not. */
export interface Comparison {
  /** Packets of ours that the kernel's trace has too. */
  readonly packets: number
  readonly rules: number
  readonly divergence: Divergence | null
}

export interface Divergence {
  readonly packet: string
  readonly predicted: string
  readonly kernel: string
  /** Line of the kernel's trace; null where it has no such packet. */
  readonly line: number | null
}

interface Predicted {
  readonly skb: Skb
  readonly places: { readonly place: RulePlace; readonly verdict: string }[]
}

/** Holds a predicted trace against the kernel's: packet by packet, rule by rule; names the first step that differs. */
export function againstKernel(events: readonly TraceEvent[], trace: readonly KernelPacket[]): Comparison {
  const left = [...trace]
  let packets = 0
  let rules = 0
  for (const predicted of predictedPackets(events)) {
    const at = left.findIndex((packet) => isSame(packet, predicted.skb))
    const [packet] = at < 0 ? [] : left.splice(at, 1)
    // A trace may begin late, or leave out ACKs; a packet that opens a leg it must have.
    if (!packet) {
      if (!opens(predicted.skb)) continue
      return { packets, rules, divergence: { packet: headOf(predicted.skb), predicted: 'this packet', kernel: 'no such packet', line: null } }
    }
    packets += 1
    const found = firstDifference(predicted, packet)
    if (found) return { packets, rules, divergence: found }
    rules += predicted.places.length
  }
  return { packets, rules, divergence: null }
}

function predictedPackets(events: readonly TraceEvent[]): Predicted[] {
  const packets: Predicted[] = []
  for (const { step } of events) {
    if (step.kind === 'packetEntered') packets.push({ skb: step.skb, places: [] })
    if (step.kind === 'ruleMatched') packets.at(-1)?.places.push({ place: step.place, verdict: step.verdict })
  }
  return packets
}

const opens = (skb: Skb): boolean => describeTcpFlags(skb.tcpFlags) === 'SYN'

/** Ports the kernel chooses by itself compare as any, as long as one end's port is known. */
function isSame(packet: KernelPacket, skb: Skb): boolean {
  const near = (x: number, y: number): boolean => x === y || (x >= EPHEMERAL && y >= EPHEMERAL)
  return (
    (packet.in === null) === (skb.in === null) && packet.src === printAddress(skb.src) && packet.dst === printAddress(skb.dst) &&
    near(packet.sport, skb.sport) && near(packet.dport, skb.dport) && sameFlags(packet.flags, describeTcpFlags(skb.tcpFlags))
  )
}

const EPHEMERAL = 32768

const sameFlags = (x: string, y: string): boolean => [...x.split(' ')].sort().join() === [...y.split(' ')].sort().join()

const headOf = (skb: Skb): string => `${skb.in === null ? `OUT=${skb.out}` : `IN=${skb.in}`} ${printAddress(skb.src)}:${skb.sport} -> ${printAddress(skb.dst)}:${skb.dport} ${describeTcpFlags(skb.tcpFlags)}`.trim()

const isTrace = (text: string | null): boolean => text !== null && text.includes('-j TRACE')

function firstDifference({ skb, places }: Predicted, packet: KernelPacket): Divergence | null {
  const ours = places.filter(({ place }) => !isTrace(printRule(place.rule)))
  const theirs = packet.steps.filter(({ rule }) => !isTrace(rule))
  for (let i = 0; i < Math.max(ours.length, theirs.length); i += 1) {
    const [mine, step] = [ours[i], theirs[i]]
    if (mine && step && agrees(mine.place, step)) continue
    return { packet: headOf(skb), predicted: mine ? shown(mine.place) : 'no further rule', kernel: step ? shownStep(step) : 'no further rule', line: step?.line ?? packet.line }
  }
  return null
}

const agrees = (place: RulePlace, step: KernelStep): boolean =>
  place.table === step.table && place.chain === step.chain && (step.number === null ? step.rule === printRule(place.rule) : step.number === place.number)

const shown = ({ table, chain, number, rule }: RulePlace): string => `${table} ${chain} rule ${number}: ${printRule(rule)}`

const shownStep = ({ table, chain, rule, number }: KernelStep): string => `${table} ${chain}${number === null ? '' : ` rule ${number}`}${rule === null ? '' : `: ${rule}`}`
