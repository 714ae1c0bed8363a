import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { printable } from '../render/printable.ts'
import { oneLine } from './loadRules.ts'

/** Diagnostics go to standard error, one a line: "warning dump.txt:12:3: … [code]". */
export function report(diagnostics: readonly Diagnostic[]): void {
  const lines = diagnostics.map((diagnostic) => `${diagnostic.severity} ${printable(oneLine(diagnostic))} [${diagnostic.code}]\n${candidateLines(diagnostic)}`)
  for (const line of new Set(lines)) process.stderr.write(line)
}

const SHOWN = 8

/** What the text may stand for, one a line. */
function candidateLines({ candidates = [] }: Diagnostic): string {
  const more = candidates.length > SHOWN ? `        and ${candidates.length - SHOWN} more\n` : ''
  return candidates.slice(0, SHOWN).map((each) => `        perhaps ${printable(each)}\n`).join('') + more
}
