import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { printRule } from '../ruleset/print.ts'
import { printable } from './printable.ts'

/** For which other connections the first packet's way is the very same: those that miss what it missed and meet what it met. */
export function scopeLine(events: readonly TraceEvent[]): string | null {
  const missed = new Set<string>()
  const met = new Set<string>()
  let packets = 0
  for (const { step } of events) {
    if (step.kind === 'packetEntered') packets += 1
    if (packets > 1) break
    if (step.kind === 'ruleMissed') missed.add(step.asked)
    if (step.kind === 'ruleMatched') met.add(printRule({ ...step.place.rule, target: null }))
  }
  const conditions = [...met].filter(Boolean)
  if (missed.size === 0 && conditions.length === 0) return null
  const parts = [conditions.length > 0 ? `all of: ${conditions.join('; ')}` : '', missed.size > 0 ? `none of: ${[...missed].join('; ')}` : '']
  return printable(`The same way for every first packet with ${parts.filter(Boolean).join(' and ')}`)
}
