import type { Finding } from '../analysis/findings/finding.ts'
import { printable } from './printable.ts'
import { connectionJson } from './regionJson.ts'
import { traceOptions } from './regionText.ts'

/** Each finding with its proof and what to do. */
export function lintText(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing found\n'
  return `${findings.map((each) => findingLines(each).map(printable).join('\n')).join('\n')}\n`
}

function findingLines({ code, severity, message, proof, fix, span }: Finding): readonly string[] {
  return [
    `${severity} ${span ? `${span.file}:${span.line}:${span.column}: ` : ''}${message} [${code}]`,
    `  proof: ${proof.kind === 'witness' ? `chainwalk trace … ${traceOptions(proof.connection)}` : proof.text}`, `  fix: ${fix}`,
  ]
}

/** chainwalk/lint@1: docs/lint.md. */
export const lintJson = (findings: readonly Finding[]): unknown => ({
  schema: 'chainwalk/lint@1',
  findings: findings.map(({ code, severity, message, proof, fix, span }) => ({ code, severity, message, proof: proof.kind === 'witness' ? { witness: connectionJson(proof.connection) } : { reason: proof.text }, fix, ...(span && { file: span.file, line: span.line, column: span.column }) })),
})
