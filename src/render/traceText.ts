import type { TraceEvent } from '../netfilter/traceEvent.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'
import { answerLine } from './answerLine.ts'
import { explanation } from './explanation.ts'
import { isFirstPacket } from './packetLine.ts'
import { printable } from './printable.ts'
import { misfitLines, recognisedLines } from './recognisedText.ts'
import { scopeLine } from './scopeLine.ts'
import { stepLine } from './stepLine.ts'
import type { Detail } from './stepLine.ts'

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
    const text = shown || step.kind === 'acted' ? stepLine(step, detail) : null
    if (text === null) continue
    if (step.kind === 'packetEntered' || step.kind === 'acted') lines.push(text)
    else lines.push(`${String((number += 1)).padStart(4)}. ${text}`)
  }
  return lines
}
