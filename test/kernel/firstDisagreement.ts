import type { AttemptReport } from './attemptReport.ts'
import type { Disagreement } from './disagreement.ts'
import type { LabCase } from './labCase.ts'

/** The first attempt at which the two sides differ, with its connection alone; null if there is none. */
export function firstDisagreement(labCase: LabCase, attempts: readonly AttemptReport[]): Disagreement | null {
  const attempt = attempts.find(({ comparison }) => comparison.differences.length > 0)
  return attempt ? { labCase: { ...labCase, connections: [attempt.connection] }, attempt } : null
}
