import { createHmac, randomBytes } from 'node:crypto'
import { printable } from '../render/printable.ts'
import { Redactor } from '../ruleset/redact/redactor.ts'
import type { Redacted } from '../ruleset/redact/redactor.ts'

/** A redactor of this run: what it makes of a name, nobody can make of it again. */
export function newRedactor(): Redactor {
  const key = randomBytes(32)
  return new Redactor((text) => ((createHmac('sha256', key).update(text).digest()[0] ?? 0) & 1 ? 1 : 0))
}

/** Tells on standard error, which is not shared, what stands for what. */
export function reportPseudonyms({ pseudonyms, unsure }: Pick<Redacted, 'pseudonyms' | 'unsure'>): void {
  for (const { from, to } of pseudonyms) if (from !== to) process.stderr.write(printable(`${from} -> ${to}\n`))
  for (const flag of unsure) process.stderr.write(`warning the values of ${flag} are not looked into: they may still tell something [redact-incomplete]\n`)
}
