import type { RulePlace, TraceEvent, TraceStep } from '../netfilter/traceEvent.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import { printRule } from '../ruleset/print.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'
import { answerLine } from './answerLine.ts'
import { explanation } from './explanation.ts'
import { isFirstPacket, packetLine } from './packetLine.ts'
import { printable } from './printable.ts'
import { misfitLines, recognisedLines } from './recognisedText.ts'
import { scopeLine } from './scopeLine.ts'

/** How much of a trace is shown: the answer with what matched; also the misses of the first packets; every packet and step. */
export type Detail = 'minimal' | 'text' | 'full'

/** A trace for people: the answer first, then whose rules these are, the steps, why, what to do, and what was assumed. */
export function traceText(trace: Trace, detail: Detail, recognised: Recognised | null = null): string {
  const many = trace.outcomes.length > 1
  const parts = trace.outcomes.map((traced, i) => {
    const head = many ? [`outcome ${i + 1} of ${trace.outcomes.length}${chance(traced)}`] : []
    return [...head, ...outcomeText(trace, traced, detail, i === 0 && detail !== 'minimal' ? recognised : null)].join('\n')
  })
  if (!trace.complete) parts.push('There are more ways than can be followed; those shown are not all.')
  return `${parts.join('\n\n')}\n`
}

const chance = ({ outcome }: TracedOutcome): string => (outcome.probability === null ? '' : ` (probability ${Number(outcome.probability.toFixed(4))})`)

function outcomeText(trace: Trace, traced: TracedOutcome, detail: Detail, recognised: Recognised | null): string[] {
  const lines = [answerLine(trace, traced), ...(recognised ? recognisedLines(recognised) : []), '', ...stepLines(traced.events, detail)]
  if (detail === 'minimal') return lines
  const scope = scopeLine(traced.events)
  const why = explanation(trace, traced)
  return [
    ...lines,
    ...(scope === null ? [] : ['', scope]),
    ...(why.length > 0 ? ['', ...why] : []),
    ...(recognised ? misfitLines(recognised) : []),
    ...section('Assumed:', traced.outcome.assumptions.map(({ code, message }) => `${code}: ${printable(message)}`)),
  ]
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)])

function stepLines(events: readonly TraceEvent[], detail: Detail): string[] {
  const lines: string[] = []
  let number = 0
  let shown = true
  for (const { step } of events) {
    if (step.kind === 'packetEntered') shown = detail === 'full' || isFirstPacket(step) || !lines.some((line) => line.startsWith('  '))
    const text = shown || step.kind === 'acted' ? lineOf(step, detail) : null
    if (text === null) continue
    if (step.kind === 'packetEntered' || step.kind === 'acted') lines.push(text)
    else lines.push(`${String((number += 1)).padStart(4)}. ${text}`)
  }
  return lines
}

function lineOf(step: TraceStep, detail: Detail): string | null {
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
