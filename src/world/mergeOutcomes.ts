import type { TracedOutcome } from './traceConnection.ts'

/** Ways that end alike are one outcome: a doubt that cannot change the answer does not spoil it. */
export function mergeOutcomes(traced: readonly TracedOutcome[]): readonly TracedOutcome[] {
  const groups = new Map<string, TracedOutcome[]>()
  for (const each of traced) {
    const key = answerOf(each)
    groups.set(key, [...(groups.get(key) ?? []), each])
  }
  const all = [...groups.values()]
  return all.map((group) => merged(group, all.length === 1))
}

/** The answer alone: what two ways must share to be one. */
const answerOf = ({ outcome: { result, accepts, upstreams, captured, envoyPort, reachesApp, appSees }, ends }: TracedOutcome): string =>
  JSON.stringify([result, accepts, upstreams, captured, envoyPort, reachesApp, appSees, ends])

function merged(group: readonly TracedOutcome[], only: boolean): TracedOutcome {
  const [first] = group
  if (!first) throw new Error('a group of outcomes is never empty')
  const probabilities = group.map(({ outcome }) => outcome.probability)
  const sum = probabilities.reduce<number | null>((total, each) => (total === null || each === null ? null : total + each), 0)
  const shared = first.outcome.assumptions.filter((assumption) => group.every(({ outcome }) => outcome.assumptions.some(({ message }) => message === assumption.message)))
  return { ...first, outcome: { ...first.outcome, probability: only ? 1 : sum, assumptions: shared } }
}
