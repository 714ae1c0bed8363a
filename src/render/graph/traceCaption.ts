import type { Trace } from '../../world/traceConnection.ts'
import { answerLine } from '../answerLine.ts'

/** What is written above a picture of a trace: the answer, which of several ways it is, and what was assumed. */
export function traceCaption(trace: Trace): readonly string[] {
  const [traced] = trace.outcomes
  if (!traced) return []
  const { probability, assumptions } = traced.outcome
  const chance = probability === null ? '' : ` (probability ${Number(probability.toFixed(4))})`
  const codes = [...new Set(assumptions.map(({ code }) => code))]
  return [
    answerLine(trace, traced),
    ...(trace.outcomes.length > 1 ? [`The first of ${trace.outcomes.length} ways it can go${chance}.`] : []),
    ...(trace.complete ? [] : ['There are more ways than can be followed.']),
    ...(codes.length > 0 ? [`Assumed: ${codes.join(', ')}`] : []),
  ]
}
