import { printAddress } from '../net/address.ts'
import { describeTcpFlags } from '../net/tcpFlags.ts'
import { protocolName } from '../net/protocol.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'

/** A rule, policy or return on a packet's way. */
export interface PathStep {
  readonly hook: Hook
  readonly table: string
  readonly chain: string
  /** From 1; null for a policy or the end of a chain. */
  readonly rule: number | null
  readonly verdict: string
  readonly target: string | null
}

/** A packet each time it enters the stack, and the rules it met. */
export interface PacketPath {
  readonly leg: number
  readonly direction: 'original' | 'reply'
  readonly in: string | null
  readonly out: string | null
  readonly protocol: string
  readonly src: string
  readonly sport: number
  readonly dst: string
  readonly dport: number
  readonly flags: string
  readonly mark: number
  readonly path: readonly PathStep[]
}

/** The packets of a trace in time order, with what matched. */
export function packetPaths(events: readonly TraceEvent[]): readonly PacketPath[] {
  const packets: (PacketPath & { path: PathStep[] })[] = []
  for (const { step } of events) {
    if (step.kind === 'packetEntered') packets.push({ ...headOf(step.skb), leg: step.leg, direction: step.reply ? 'reply' : 'original', path: [] })
    else if (step.kind === 'ruleMatched') packets.at(-1)?.path.push({ hook: step.hook, table: step.place.table, chain: step.place.chain, rule: step.place.number, verdict: step.verdict, target: step.target })
    else if (step.kind === 'policyApplied') packets.at(-1)?.path.push({ hook: step.hook, table: step.table, chain: step.chain, rule: null, verdict: step.verdict, target: null })
    else if (step.kind === 'chainEnded') packets.at(-1)?.path.push({ hook: step.hook, table: step.table, chain: step.chain, rule: null, verdict: 'RETURN', target: null })
  }
  return packets
}

const headOf = (skb: Skb): Omit<PacketPath, 'leg' | 'direction' | 'path'> => ({
  in: skb.in, out: skb.out, protocol: protocolName(skb.protocol), src: printAddress(skb.src), sport: skb.sport, dst: printAddress(skb.dst), dport: skb.dport,
  flags: flagsOf(skb), mark: skb.mark,
})

function flagsOf(skb: Skb): string {
  if (!skb.icmp) return describeTcpFlags(skb.tcpFlags)
  return `ICMP ${skb.icmp.type}/${skb.icmp.code}`
}
