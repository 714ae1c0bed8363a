import type { Assumption } from './outcome.ts'
import type { TracedOutcome } from './traceConnection.ts'

/** Ways that end alike are one outcome: a doubt that cannot change the answer does not spoil it. */
export class OutcomeMerger {
  private readonly groups = new Map<string, TracedOutcome>()

  /** The first way to an answer is the one that is shown; of later ones only what they share with it is kept. */
  add(traced: TracedOutcome): void {
    const key = answerOf(traced)
    const known = this.groups.get(key)
    this.groups.set(key, known ? joined(known, traced) : traced)
  }

  outcomes(): readonly TracedOutcome[] {
    const all = [...this.groups.values()]
    const [only] = all
    return only && all.length === 1 ? [{ ...only, outcome: { ...only.outcome, probability: 1 } }] : all
  }
}

/** The answer alone: what two ways must share to be one. */
const answerOf = ({ outcome: { result, accepts, upstreams, captured, envoyPort, reachesApp, appSees }, ends }: TracedOutcome): string =>
  JSON.stringify([result, accepts, upstreams, captured, envoyPort, reachesApp, appSees, ends])

function joined(known: TracedOutcome, { outcome }: TracedOutcome): TracedOutcome {
  const { probability, assumptions } = known.outcome
  const sum = probability === null || outcome.probability === null ? null : probability + outcome.probability
  return { ...known, outcome: { ...known.outcome, probability: sum, assumptions: assumptions.filter((each) => isShared(each, outcome.assumptions)) } }
}

const isShared = ({ message }: Assumption, others: readonly Assumption[]): boolean => others.some((other) => other.message === message)
