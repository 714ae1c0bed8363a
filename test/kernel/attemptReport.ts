import type { TracedOutcome } from '../../src/world/traceConnection.ts'
import type { Comparison } from './compareRun.ts'
import type { LabConnection, LabRun } from './labRun.ts'

/** What came of one connection on both sides. */
export interface AttemptReport {
  readonly connection: LabConnection
  readonly run: LabRun
  readonly comparison: Comparison
  readonly outcomes: readonly TracedOutcome[]
}
