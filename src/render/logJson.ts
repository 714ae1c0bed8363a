import { FIELD_NAMES } from '../proxy/accessLog/accessLogEntry.ts'
import type { AccessLogEntry } from '../proxy/accessLog/accessLogEntry.ts'
import { forwardedFor } from '../proxy/accessLog/forwardedFor.ts'
import { hints } from '../proxy/accessLog/hints.ts'
import type { Reading } from '../proxy/accessLog/reading.ts'
import { responseFlags } from '../proxy/accessLog/responseFlags.ts'
import { sightings } from '../proxy/accessLog/sightings.ts'
import { isUnknown } from '../netfilter/ternary.ts'
import type { Ternary } from '../netfilter/ternary.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { printRule } from '../ruleset/print.ts'
import type { ExplainedLine } from '../world/explainLog.ts'
import type { ReadingAgainstRules, RuleCheck } from '../world/readingAgainstRules.ts'
import { diagnosticJson } from './traceJson.ts'

/** `chainwalk/explain-log@1`: the stable result of explain-log, ready for JSON.stringify. */
export const logJson = (lines: readonly ExplainedLine[], passedOver: number, diagnostics: readonly Diagnostic[]): Record<string, unknown> => ({
  schema: 'chainwalk/explain-log@1', entries: lines.map(lineJson), passedOver, diagnostics: diagnostics.map(diagnosticJson),
})

const lineJson = ({ entry, readings, toldApartBy, remarks, rules }: ExplainedLine): Record<string, unknown> => ({
  file: entry.span.file, line: entry.span.line, column: entry.span.column, format: formatName(entry.form),
  fields: Object.fromEntries(FIELD_NAMES.map((name) => [name, entry.fields[name]])),
  flags: responseFlags(entry.fields.response_flags),
  readings: readings.map((reading) => readingJson(entry, reading)), toldApartBy, remarks,
  rules: rules && { verdict: rules.verdict, readings: rules.readings.map(heldJson) },
})

const formatName = (form: AccessLogEntry['form']): string => (form.kind === 'text' ? `text-${form.since}` : 'json')

const readingJson = ({ fields }: AccessLogEntry, reading: Reading): Record<string, unknown> => ({
  direction: reading.direction, destination: reading.destination, mode: reading.mode, to: reading.to, fit: reading.fit, conditions: reading.conditions,
  checks: reading.checks.map((check) => ({ ...check, holds: truth(check.holds) })),
  saw: sightings(fields, reading), notes: [...hints(fields, reading), ...forwardedFor(fields, reading)],
})

const heldJson = ({ reading: { direction, destination, mode, to }, verdict, checks, assumptions, problem }: ReadingAgainstRules): Record<string, unknown> => ({
  direction, destination, mode, to, verdict, problem, checks: checks.map(checkJson), assumptions,
})

const checkJson = ({ what, logged, rules, holds, place }: RuleCheck): Record<string, unknown> => ({
  what, logged, rules, holds: truth(holds),
  rule: place && { table: place.table, chain: place.chain, number: place.number, text: place.rule.text ?? printRule(place.rule), file: place.rule.span?.file ?? null, line: place.rule.span?.line ?? null },
})

/** null: not known. */
const truth = (value: Ternary): boolean | null => (isUnknown(value) ? null : value)
