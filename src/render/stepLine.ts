import type { RulePlace, TraceStep } from '../netfilter/traceEvent.ts'
import { printRule } from '../ruleset/print.ts'
import { packetLine } from './packetLine.ts'
import { printable } from './printable.ts'

/** How much of a trace is shown: the answer with what matched; also the misses of the first packets; every packet and step. */
export type Detail = 'minimal' | 'text' | 'full'

/** A step in a line; null where it is not shown in this detail. */
export function stepLine(step: TraceStep, detail: Detail): string | null {
  switch (step.kind) {
    case 'packetEntered': return `  ${packetLine(step.skb)}`
    case 'ruleMatched': return `${place(step.place)}  ${ruleText(step.place)}  => ${step.verdict}${source(step.place)}`
    case 'ruleMissed': return detail === 'minimal' ? null : `${place(step.place)}  ${ruleText(step.place)}  -- no: wants ${printable(step.asked)}; ${printable(step.seen)}${source(step.place)}`
    case 'chainEnded': return detail === 'full' ? `${step.table} ${step.chain}  end of chain, back to ${step.to}` : null
    case 'policyApplied': return detail === 'minimal' && step.verdict === 'ACCEPT' ? null : `${step.table} ${step.chain}  policy ${step.verdict}`
    case 'hookEntered': return detail === 'full' ? `hook ${step.hook}` : null
    case 'decided': return `${step.doubt.probability === null ? 'not known' : 'dice'}: ${printable(step.doubt.message)}; here taken as ${step.answer ? 'true' : 'false'}`
    case 'acted': return `${step.who} ${step.what}`
    default: return detail === 'minimal' && !DECISIVE.has(step.kind) ? null : changeLine(step, detail)
  }
}

const DECISIVE: ReadonlySet<TraceStep['kind']> = new Set(['natBound', 'tproxied', 'dropped', 'delivered', 'noSocket'])

function changeLine(step: TraceStep, detail: Detail): string | null {
  switch (step.kind) {
    case 'ctTracked': return `conntrack: ${step.state}${step.created ? ', a new entry' : ''}`
    case 'ctSkipped': return detail === 'full' ? `conntrack: ${step.why}` : null
    case 'markSet': return `mark ${hex(step.from)} -> ${hex(step.to)}`
    case 'connmarkSet': return `connection mark ${hex(step.from)} -> ${hex(step.to)}`
    case 'headerSet': return `${step.field} -> ${step.to}`
    case 'natBound': return `NAT ${step.manip}: ${step.from} -> ${step.to}`
    case 'mangled': return detail === 'full' ? `the packet's ${step.manip} becomes ${step.to}` : null
    case 'routed': return `route: ${step.outcome}, ${step.device} (${step.why})`
    case 'tproxied': return `TPROXY: ${step.process}'s socket on port ${step.port}`
    case 'delivered': return `delivered to ${step.process}, port ${step.port} (${step.state})`
    case 'noSocket': return `nothing listens on port ${step.port}: ${step.answer}`
    case 'transmitted': return detail === 'full' ? `leaves by ${step.device}` : null
    case 'dropped': return `DROPPED: ${step.why}`
    default: return null
  }
}

const hex = (mark: number): string => `0x${mark.toString(16)}`

const place = ({ table, chain, number }: RulePlace): string => `${table} ${printable(chain)} rule ${number}`

const ruleText = ({ rule }: RulePlace): string => printable((rule.text ?? printRule(rule)).replace(/\s+/g, ' '))

const source = ({ rule: { span, because } }: RulePlace): string =>
  `${span ? `  [${printable(span.file)}:${span.line}]` : ''}${because ? `  (${printable(because.note)})` : ''}`
