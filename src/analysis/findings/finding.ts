import type { Severity } from '../../netfilter/diagnostic.ts'
import type { Span } from '../../netfilter/span.ts'
import type { Connection } from '../../world/connection.ts'

/** Something wrong or suspicious, with what proves it and what to do. */
export interface Finding {
  /** Stable, kebab-case: docs/lint.md. */
  readonly code: string
  readonly severity: Severity
  readonly message: string
  /** A connection that shows it, or why no packet can do otherwise. */
  readonly proof: { readonly kind: 'witness'; readonly connection: Connection } | { readonly kind: 'reason'; readonly text: string }
  readonly fix: string
  readonly span: Span | null
}
