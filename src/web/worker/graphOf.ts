import { backendOf, chainPicture, counterOverlay, traceOverlay } from '../core.ts'
import type { TraceEvent, TraceOverlay } from '../core.ts'
import type { GraphAnswer } from './protocol.ts'
import type { LoadedSide } from './readSide.ts'

/** Misses beyond these are not sent: a line of a folded chain stands for thousands. */
const MOST_MISSED = 2000

/** The chain graph of a side; chains and rules that packets met are drawn whatever else is folded. */
export function graphOf({ state, facts }: LoadedSide, events: readonly TraceEvent[]): GraphAnswer & { readonly trace: TraceOverlay } {
  const trace = traceOverlay(events)
  const picture = state ? chainPicture(state.rulesets, { keep: trace.all.steps, backends: { 4: backendOf(4, state, facts), 6: backendOf(6, state, facts) } }) : chainPicture([])
  const way = { steps: trace.all.steps, missed: trace.all.missed.slice(0, MOST_MISSED) }
  return { picture, way, trace, counters: counterOverlay(picture) }
}
