import type { RulePlace, TraceEvent } from '../netfilter/traceEvent.ts'

/** The last rule that decided anything about the first packet before it was delivered or left. */
export function decisiveRule(events: readonly TraceEvent[]): RulePlace | null {
  let found: RulePlace | null = null
  for (const { step } of events) {
    if (step.kind === 'packetEntered' && found !== null) break
    if (step.kind === 'ruleMatched' && step.verdict !== 'CONTINUE' && !step.verdict.startsWith('JUMP')) found = step.place
  }
  return found
}
