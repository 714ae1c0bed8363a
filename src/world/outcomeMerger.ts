import type { Assumption } from './outcome.ts'
import type { TracedOutcome } from './traceConnection.ts'

/** Ways that end alike are one outcome: a doubt that cannot change the answer does not spoil it. */
export class OutcomeMerger {
  private readonly groups = new Map<string, TracedOutcome>()
  /** Most connections go one way: what they share with others is asked only where there are others. */
  private only: TracedOutcome | null = null

  /** The first way to an answer is the one that is shown; of later ones only what they share with it is kept. */
  add(traced: TracedOutcome): void {
    if (this.groups.size === 0 && this.only === null) {
      this.only = traced
      return
    }
    if (this.only !== null) this.join(this.only)
    this.only = null
    this.join(traced)
  }

  private join(traced: TracedOutcome): void {
    const key = answerOf(traced)
    const known = this.groups.get(key)
    this.groups.set(key, known ? joined(known, traced) : traced)
  }

  outcomes(): readonly TracedOutcome[] {
    const all = this.only === null ? [...this.groups.values()] : [this.only]
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
