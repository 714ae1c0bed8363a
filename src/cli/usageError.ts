import type { Diagnostic } from '../netfilter/diagnostic.ts'

/** The user's fault: one line on standard error, exit 2; in a batch one result line that says so. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** What kind of fault it is, in a batch's result. */
  readonly code: string
  /** What else was noticed in the input. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(message: string, code = 'bad-input', diagnostics: readonly Diagnostic[] = []) {
    super(message)
    this.code = code
    this.diagnostics = diagnostics
  }
}
