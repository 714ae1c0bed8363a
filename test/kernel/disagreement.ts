import type { LabCase } from './labCase.ts'
import type { AttemptReport } from './attemptReport.ts'

/** A case that the two sides see differently, and how. */
export interface Disagreement {
  readonly labCase: LabCase
  readonly attempt: AttemptReport
}
