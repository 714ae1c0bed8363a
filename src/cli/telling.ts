import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { LoadedRules } from './loadRules.ts'
import { report } from './report.ts'

/** How what was found is told: as it is, or so that it may be shown to anybody. */
export interface Telling {
  /** The rules as they are to be told of. */
  rules(rules: LoadedRules, files: readonly string[]): LoadedRules
  text(text: string): string
  json(value: unknown): unknown
  report(diagnostics: readonly Diagnostic[]): void
}

export const AS_IT_IS: Telling = { rules: (rules) => rules, text: (text) => text, json: (value) => value, report }
