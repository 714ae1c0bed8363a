import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { START_STATE, stepBack, stepForward, TraceCursor, traceFrames } from '../../src/render/traceFrames.ts'
import type { FrameState } from '../../src/render/traceFrames.ts'
import { traceText } from '../../src/render/traceText.ts'
import { ask, connection, only } from '../world/ask.ts'

const example = (...names: readonly string[]): string => names.map((name) => readFileSync(resolve(import.meta.dirname, '../../examples', name), 'utf8')).join('\n')

const TRACES = {
  REDIRECT: ask(example('redirect/nat.txt'), connection('10.20.0.78 > 10.20.0.77:18080')),
  TPROXY: ask(example('tproxy/mangle.txt', 'tproxy/nat.txt'), connection('10.20.0.78 > 10.20.0.77:18080')),
}

describe.each(Object.entries(TRACES))('the frames of a trace, %s', (_, trace) => {
  const { events } = only(trace)

  it('go to the end by the patches, and back to the start by their inverse', () => {
    const states: FrameState[] = [START_STATE]
    for (const event of events) states.push(stepForward(states.at(-1) ?? START_STATE, event))
    expect(states.at(-1)?.conntrack.length).toBeGreaterThan(1)
    let state = states.at(-1) ?? START_STATE
    for (let at = events.length - 1; at >= 0; at -= 1) {
      const event = events[at]
      if (event) state = stepBack(state, event)
      expect(state).toEqual(states[at])
    }
    expect(state).toEqual(START_STATE)
  })

  it('have at every place the state a walk to it gives', () => {
    const cursor = new TraceCursor(events)
    const straight = (count: number): FrameState => events.slice(0, count).reduce(stepForward, START_STATE)
    for (const count of [0, 7, 3, events.length, 12, 0, events.length + 5, 1]) expect(cursor.after(count)).toEqual(straight(count))
  })

  it.each(['minimal', 'text', 'full'] as const)('are the lines of the trace as text, %s', (detail) => {
    const lines = traceText(trace, detail).split('\n').map((line) => line.trim().replace(/^\d+\. /, ''))
    const frames = traceFrames(events, detail)
    expect(frames.length).toBeGreaterThan(10)
    expect(frames.filter(({ text }) => !lines.includes(text))).toEqual([])
  })
})
