import { resolveVersion } from '../istio/version.ts'
import type { AccessLogEntry } from '../proxy/accessLog/accessLogEntry.ts'
import { explainEntry } from '../proxy/accessLog/explainEntry.ts'
import type { ExplainedEntry } from '../proxy/accessLog/reading.ts'
import type { Given } from './question.ts'
import { readingAgainstRules, verdictOf } from './readingAgainstRules.ts'
import type { ReadingAgainstRules, RulesAsked, Verdict } from './readingAgainstRules.ts'

/** A line of an access log, how it came about, and what rules say to it. */
export interface ExplainedLine extends ExplainedEntry {
  readonly entry: AccessLogEntry
  /** null: no rules were given. */
  readonly rules: { readonly verdict: Verdict; readonly readings: readonly ReadingAgainstRules[] } | null
}

/** Explains each line; where there are rules, holds it against them. */
export function explainLog(entries: readonly AccessLogEntry[], given: Given, rules: Omit<RulesAsked, 'given'> | null): readonly ExplainedLine[] {
  const minor = given.istioVersion === null ? null : (resolveVersion(given.istioVersion)?.version.minor ?? null)
  return entries.map((entry) => {
    const explained = explainEntry(entry, { ownAddresses: given.podAddresses, minor })
    const held = rules && explained.readings.map((reading) => readingAgainstRules(entry, reading, { ...rules, given }))
    return { entry, ...explained, rules: held && { verdict: verdictOf(held), readings: held } }
  })
}
