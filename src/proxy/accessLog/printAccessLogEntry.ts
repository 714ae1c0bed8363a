import type { AccessLogEntry } from './accessLogEntry.ts'
import { printJsonEntry } from './jsonEntry.ts'
import { printTextLine } from './textLine.ts'

/** The line Envoy would write for this entry: a text line byte for byte as it was read, a JSON object with the same members in the same order. */
export const printAccessLogEntry = ({ form, fields }: Pick<AccessLogEntry, 'form' | 'fields'>): string =>
  form.kind === 'text' ? printTextLine(fields, form.since) : printJsonEntry(form.members)
