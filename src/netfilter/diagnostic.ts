import type { Span } from './span.ts'

export type Severity = 'error' | 'warning' | 'info'

/** Something the user should know of the input; never thrown, always returned beside the value. */
export interface Diagnostic {
  /** Stable, kebab-case; `chainwalk explain CODE` tells more. */
  readonly code: string
  readonly severity: Severity
  readonly message: string
  readonly span: Span | null
  /** What the text may stand for, one rule (or part of one) in save form each; "…" is any value. */
  readonly candidates?: readonly string[]
}

/** A value and what was noticed while it was made: reading never fails. */
export interface Read<T> {
  readonly value: T
  readonly diagnostics: readonly Diagnostic[]
}
