import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { printable } from '../render/printable.ts'
import { oneLine } from './loadRules.ts'

/** Diagnostics go to standard error, one a line: "warning dump.txt:12:3: … [code]". */
export function report(diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) process.stderr.write(`${diagnostic.severity} ${printable(oneLine(diagnostic))} [${diagnostic.code}]\n`)
}
