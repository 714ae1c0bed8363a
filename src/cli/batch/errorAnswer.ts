import { diagnosticJson, TRACE_SCHEMA } from '../../render/traceJson.ts'
import { faultText } from '../fault.ts'
import { UsageError } from '../usageError.ts'
import type { Answer } from './task.ts'

/** Which question of a batch went wrong. */
export interface AskedAt {
  /** The line it stands on; absent of a file. */
  readonly line?: number
  /** The dump it is about; absent where all questions are about the same rules. */
  readonly file?: string
}

/** One line that says what is wrong with a question, in the place of its result. */
export function errorAnswer(error: unknown, { line, file }: AskedAt): Answer {
  const { code, message, diagnostics } = error instanceof UsageError ? error : { code: 'fault', message: faultText(error), diagnostics: [] }
  return {
    text: JSON.stringify({
      schema: TRACE_SCHEMA,
      ...(file !== undefined && { file }),
      error: { code, message, ...(line !== undefined && { line }) },
      ...(file !== undefined && { diagnostics: diagnostics.map(diagnosticJson) }),
    }),
    failed: true,
  }
}
