import type { Unknown } from '../netfilter/ternary.ts'

/** One run of a walk: what it gave, and which doubts it had to have answered. */
export interface Run<T> {
  readonly value: T
  readonly decisions: readonly Decision[]
}

export interface Decision {
  readonly doubt: Unknown
  readonly answer: boolean
}

export type Choose = (doubt: Unknown) => boolean

/** More ways than this are not followed; the rest is said to be unknown. */
const MAX_RUNS = 2000


/**
 * Runs a walk once for every combination of answers its doubts allow: each run repeats the answers of the one before up
 * to its last open doubt, and turns that round. A doubt with a key is asked once a run. True when all ways were followed.
 */
export function explore<T>(walk: (choose: Choose) => T, seen: (run: Run<T>) => void): boolean {
  let script: readonly boolean[] | null = []
  for (let runs = 0; script !== null && runs < MAX_RUNS; runs += 1) {
    const run = runOnce(walk, script)
    seen(run)
    script = nextScript(run.decisions)
  }
  return script === null
}

function runOnce<T>(walk: (choose: Choose) => T, script: readonly boolean[]): Run<T> {
  const decisions: Decision[] = []
  const keyed = new Map<string, boolean>()
  const choose: Choose = (doubt) => {
    const negated = doubt.key?.startsWith('!') === true
    const key = negated ? (doubt.key?.slice(1) ?? null) : doubt.key
    const known = key === null ? undefined : keyed.get(key)
    if (known !== undefined) return known !== negated
    const answer = script[decisions.length] ?? true
    decisions.push({ doubt, answer })
    if (key !== null) keyed.set(key, answer !== negated)
    return answer
  }
  return { value: walk(choose), decisions }
}

function nextScript(decisions: readonly Decision[]): readonly boolean[] | null {
  const last = decisions.findLastIndex(({ answer, doubt }) => answer && doubt.probability !== 1)
  return last < 0 ? null : [...decisions.slice(0, last).map(({ answer }) => answer), false]
}
