import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { literalOutcomes } from '../../src/analysis/outcomeSummary.ts'
import type { Keeps } from '../../src/engine/kernel.ts'
import type { Trace } from '../../src/world/traceConnection.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import { connectionOf, recordedCases } from './kernelRecord.ts'

/** As it is when the walk is over: what a step holds may not change behind it. */
const shown = ({ outcomes, complete }: Trace): { readonly complete: boolean; readonly outcomes: readonly string[]; readonly steps: readonly string[] } =>
  ({ complete, outcomes: literalOutcomes(outcomes), steps: outcomes.flatMap(({ events }) => events.map(({ step }) => JSON.stringify(step))) })

describe('a trace whose steps alone are kept', () => {
  const cases = recordedCases.filter((_, i) => i % 3 === 0)

  it(`has the steps of one whose changes are kept too, in ${cases.length} recorded cases`, () => {
    let steps = 0
    for (const { bundle, attempts } of cases) {
      const { value: { states: [state], facts } } = readTranscript([{ name: 'recorded', text: bundle }])
      for (const attempt of attempts.slice(0, 8)) {
        const question = { state: state ?? expect.fail('no rules'), facts, given: { podAddresses: [], istioVersion: null }, connection: connectionOf(bundle, attempt) }
        const kept = (keeps: Keeps): Trace => traceConnection(question, keeps)
        const [alone, undoable] = [shown(kept('steps')), shown(kept('changes'))]
        expect(alone.steps.findIndex((step, i) => step !== undoable.steps[i])).toBe(-1)
        expect(alone).toEqual(undoable)
        steps += kept('steps').outcomes.reduce((sum, { events }) => sum + events.length, 0)
      }
    }
    expect(steps).toBeGreaterThan(3000)
  })

  it('can not be stepped back, and the other can', () => {
    const { value: { states: [state], facts } } = readTranscript([{ name: 'recorded', text: recordedCases[0]?.bundle ?? '' }])
    const [attempt] = recordedCases[0]?.attempts ?? []
    const question = { state: state ?? expect.fail('no rules'), facts, given: { podAddresses: [], istioVersion: null }, connection: connectionOf(recordedCases[0]?.bundle ?? '', attempt ?? expect.fail('no attempt')) }
    const changes = (keeps: Keeps): number => traceConnection(question, keeps).outcomes.flatMap(({ events }) => events).reduce((sum, { patches }) => sum + patches.length, 0)
    expect([changes('steps') === 0, changes('changes') > 0]).toEqual([true, true])
  })
})
