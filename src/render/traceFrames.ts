import { applyPatches, enablePatches } from 'immer'
import type { Patch } from 'immer'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { isFirstPacket } from './packetLine.ts'
import { stepLine } from './stepLine.ts'
import type { Detail } from './stepLine.ts'

enablePatches()

/** What packets change in a namespace, so far as a trace shows it; sockets are left out. */
export interface FrameState {
  readonly skb: Skb | null
  readonly conntrack: readonly CtEntry[]
  /** What rules remember (limit, recent, nth). */
  readonly memory: Readonly<Record<string, readonly number[]>>
}

/** Before the first packet. */
export const START_STATE: FrameState = { skb: null, conntrack: [], memory: {} }

/** A step that is shown: the event behind it, its line, and which of the trace's packets it befell. */
export interface Frame {
  /** The event's place in the trace, from 0. */
  readonly event: number
  readonly text: string
  /** From 0; -1 before the first packet. */
  readonly packet: number
}

/** The steps of a trace that this much detail shows, in order. */
export function traceFrames(events: readonly TraceEvent[], detail: Detail): readonly Frame[] {
  const frames: Frame[] = []
  let packet = -1
  let shown = true
  events.forEach(({ step }, event) => {
    if (step.kind === 'packetEntered') {
      packet += 1
      shown = detail === 'full' || isFirstPacket(step) || packet === 0
    }
    const text = shown || step.kind === 'acted' ? stepLine(step, detail) : null
    if (text !== null) frames.push({ event, text: text.trim(), packet })
  })
  return frames
}

const SHOWN: ReadonlySet<unknown> = new Set(Object.keys(START_STATE))

const shownPatches = (patches: readonly Patch[]): Patch[] => patches.filter(({ path: [first] }) => SHOWN.has(first))

export const stepForward = (state: FrameState, { patches }: TraceEvent): FrameState => applyPatches(state, shownPatches(patches))

export const stepBack = (state: FrameState, { inverse }: TraceEvent): FrameState => applyPatches(state, shownPatches(inverse))

/** A place in a trace that moves both ways: by the patches of each event, and by their inverse. */
export class TraceCursor {
  private readonly events: readonly TraceEvent[]
  private current = START_STATE
  /** How many events have happened. */
  private happened = 0

  constructor(events: readonly TraceEvent[]) {
    this.events = events
  }

  /** The state when so many events have happened. */
  after(count: number): FrameState {
    const target = Math.max(0, Math.min(count, this.events.length))
    while (this.happened < target) this.move(stepForward, this.happened, 1)
    while (this.happened > target) this.move(stepBack, this.happened - 1, -1)
    return this.current
  }

  private move(step: (state: FrameState, event: TraceEvent) => FrameState, at: number, by: 1 | -1): void {
    const event = this.events[at]
    if (event) this.current = step(this.current, event)
    this.happened += by
  }
}
