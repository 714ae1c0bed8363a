import { printAddress } from '../net/address.ts'
import { describeTcpFlags } from '../net/tcpFlags.ts'
import { protocolName } from '../net/protocol.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { TraceEvent, TraceStep } from '../netfilter/traceEvent.ts'
import { printRule } from '../ruleset/print.ts'
import { printable } from './printable.ts'

/**
 * A trace in the grammar of `xtables-monitor --trace`: a PACKET line for each base chain a packet enters, then its rules. The
 * kernel's rule handles are not in a dump, so the rule's number in its chain stands in their place.
 */
export function xtablesText(events: readonly TraceEvent[]): string {
  const lines: string[] = []
  let packet = 0
  let skb: Skb | null = null
  let chain = ''
  for (const { step } of events) {
    if (step.kind === 'packetEntered') {
      packet += 1
      skb = { ...step.skb }
      chain = ''
    } else if (skb) follow(skb, step)
    const at = chainOf(step)
    if (at === null || skb === null) continue
    const id = `${skb.family === 4 ? 2 : 10} ${packet.toString(16).padStart(8, '0')}`
    if (at !== chain) lines.push(`PACKET: ${id} ${packetText(skb)}`)
    chain = at
    lines.push(` TRACE: ${id} ${stepText(step, skb)}`)
  }
  return lines.map((line) => `${printable(line)}\n`).join('')
}

/** The base chain a step belongs to: "nat PREROUTING". */
const chainOf = (step: TraceStep): string | null => (step.kind === 'ruleMatched' ? `${step.place.table} ${step.hook}` : step.kind === 'policyApplied' || step.kind === 'chainEnded' ? `${step.table} ${step.hook}` : null)

/** Keeps the header as the packet has it now. */
function follow(skb: Skb, step: TraceStep): void {
  if (step.kind === 'markSet') skb.mark = step.to
  if (step.kind === 'routed') skb.out = step.outcome === 'local' ? null : step.device
  if (step.kind === 'mangled') Object.assign(skb, step.header)
}

function packetText(skb: Skb): string {
  const devices = [skb.in === null ? '' : `IN=${skb.in}`, skb.in === 'lo' ? 'LOOPBACK' : '', skb.out === null ? '' : `OUT=${skb.out}`]
  const ports = skb.icmp ? [`TYPE=${skb.icmp.type}`, `CODE=${skb.icmp.code}`] : [`SPORT=${skb.sport}`, `DPORT=${skb.dport}`]
  const protocol = describeTcpFlags(skb.tcpFlags) === '' ? `PROTO=${protocolName(skb.protocol).toUpperCase()}` : ''
  return [...devices, `SRC=${printAddress(skb.src)}`, `DST=${printAddress(skb.dst)}`, protocol, ...ports, describeTcpFlags(skb.tcpFlags), skb.mark === 0 ? '' : `MARK=0x${skb.mark.toString(16)}`].filter(Boolean).join(' ')
}

function stepText(step: TraceStep, { family }: Skb): string {
  switch (step.kind) {
    case 'ruleMatched': {
      const { table, chain, number, rule } = step.place
      return `${table}:${chain}:rule:0x${number.toString(16)}:${step.verdict.replace(' ', ':')}  -${family} -t ${table} -A ${chain} ${printRule(rule)}`
    }
    case 'policyApplied': return `${step.table}:${step.chain}:policy:${step.verdict} `
    case 'chainEnded': return `${step.table}:${step.chain}:return: `
    default: return ''
  }
}
