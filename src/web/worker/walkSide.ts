import { answerLine, answerParts, explanation, printable, resolveVersion, scopeLine, traceConnection, traceFrames, TraceCursor } from '../core.ts'
import type { Detail, Frame, Given, Rule, Trace, TraceEvent, TracedOutcome } from '../core.ts'
import { readForm } from './connectionForm.ts'
import type { ConnectionForm, FormIssue } from './connectionForm.ts'
import { frameView, packetTitle } from './frameView.ts'
import type { FrameView, OutcomeView, WalkAnswer } from './protocol.ts'
import type { LoadedSide } from './readSide.ts'
import { meetingsOf } from './ruleRows.ts'
import type { RuleMeeting } from './ruleRows.ts'

/** More ways than these are counted, but not shown. */
const MOST_OUTCOMES = 40

export const FIRST_FRAMES = 120

/** A connection walked through a side; its events stay here, and views of them are made when they are asked for. */
export class WalkedSide {
  readonly trace: Trace | null
  private readonly side: LoadedSide
  private readonly issues: readonly FormIssue[]
  private readonly frames = new Map<string, readonly Frame[]>()
  private readonly cursors = new Map<number, TraceCursor>()
  private readonly met = new Map<number, ReadonlyMap<Rule, readonly RuleMeeting[]>>()

  constructor(side: LoadedSide, form: ConnectionForm) {
    const { connection, issues } = readForm(form)
    const given = givenBy(side, form)
    this.side = side
    this.issues = [...issues, ...(form.istio.trim() !== '' && given.istioVersion === null ? [{ field: 'istio', code: 'no-version' } as const] : [])]
    const { state, facts } = side
    this.trace = state && connection && this.issues.length === 0 ? traceConnection({ state, facts, given, connection }) : null
  }

  answer(detail: Detail): WalkAnswer {
    const { trace, issues } = this
    const outcomes = trace?.outcomes.slice(0, MOST_OUTCOMES).map((traced, i) => this.outcome(trace, traced, this.framesOf(i, detail))) ?? []
    return { issues, outcomes, outcomeCount: trace?.outcomes.length ?? 0, complete: trace?.complete ?? true, first: this.window(0, detail, { from: 0, count: FIRST_FRAMES }) }
  }

  window(outcome: number, detail: Detail, { from, count }: { readonly from: number; readonly count: number }): readonly FrameView[] {
    const events = this.eventsOf(outcome)
    const cursor = this.cursors.get(outcome) ?? new TraceCursor(events)
    this.cursors.set(outcome, cursor)
    return this.framesOf(outcome, detail).slice(from, from + count).map((frame) => frameView(frame, events, cursor, this.side.rows))
  }

  eventsOf(outcome: number): readonly TraceEvent[] {
    return this.trace?.outcomes[outcome]?.events ?? []
  }

  meetings(outcome: number): ReadonlyMap<Rule, readonly RuleMeeting[]> {
    const met = this.met.get(outcome) ?? meetingsOf(this.eventsOf(outcome))
    this.met.set(outcome, met)
    return met
  }

  private framesOf(outcome: number, detail: Detail): readonly Frame[] {
    const key = `${outcome} ${detail}`
    const frames = this.frames.get(key) ?? traceFrames(this.eventsOf(outcome), detail)
    this.frames.set(key, frames)
    return frames
  }

  private outcome(trace: Trace, traced: TracedOutcome, frames: readonly Frame[]): OutcomeView {
    const { outcome, events } = traced
    const begins = frames.flatMap(({ event, text }, frame) => { const step = events[event]?.step; return step?.kind === 'packetEntered' ? [{ frame, text: packetTitle(step, text) }] : [] })
    return {
      probability: outcome.probability, line: printable(answerLine(trace, traced)), parts: answerParts(trace, traced), result: outcome.result, reachesApp: outcome.reachesApp, captured: outcome.captured,
      why: explanation(trace, traced).map(printable), scope: scopeLine(events), assumptions: outcome.assumptions.map(({ code, message }) => ({ code, message: printable(message) })),
      frames: frames.length, packets: begins,
    }
  }
}

/** What the form and the text say of the pod and its proxy. */
export function givenBy({ envoy, recognised }: LoadedSide, form: ConnectionForm): Given {
  const { podAddresses } = readForm(form)
  const istioVersion = form.istio.trim() === '' ? null : (resolveVersion(form.istio)?.name ?? null)
  return { podAddresses, istioVersion, ...(envoy && { envoy }), recognised }
}
