import type { AttemptReport } from './attemptReport.ts'
import type { Disagreement } from './disagreement.ts'
import { knownName } from './knownDisagreements.ts'
import type { LabCase } from './labCase.ts'

/** The first attempt at which the two sides differ in a way not known yet, with its connection alone; null if there is none. */
export function firstDisagreement(labCase: LabCase, attempts: readonly AttemptReport[]): Disagreement | null {
  const differing = attempts.filter(({ comparison }) => comparison.differences.length > 0)
  return differing.map((attempt): Disagreement => ({ labCase: { ...labCase, connections: [attempt.connection] }, attempt })).find((each) => knownName(each) === null) ?? null
}
