import type { Checked, Violation } from '../analysis/check.ts'
import { printable } from './printable.ts'
import { connectionJson, regionJson } from './regionJson.ts'
import { outcomesText, regionText, traceOptions } from './regionText.ts'

/** Whether it fails: for some connection, or because it speaks of none, or cannot be told. */
export const isFailed = ({ violations, vacuous, inexact }: Checked): boolean => violations.length > 0 || vacuous || inexact.length > 0

/** Every assertion, and for those that fail the connections for which they do. */
export function checkText(checked: readonly Checked[]): string {
  const failed = checked.filter(isFailed).length
  return `${[...checked.flatMap(checkLines), '', failed === 0 ? `all ${checked.length} hold` : `${failed} of ${checked.length} fail`].map(printable).join('\n')}\n`
}

const checkLines = (each: Checked): readonly string[] => [`${isFailed(each) ? 'FAIL' : 'ok  '} ${each.check.name}`, ...whyNot(each).map((line) => `  ${line}`)]

/** Why an assertion fails, a line each. */
export function whyNot({ violations, vacuous, inexact }: Checked): readonly string[] {
  return [
    ...violations.flatMap((each) => violationLines(each)), ...(vacuous ? ['it speaks of no connection: these fields do not go together, or the address is not dialled'] : []), ...inexact.map((why) => `it cannot be told for every connection: ${why}`),
  ]
}

const violationLines = ({ region, witness, outcomes, wanted }: Violation): readonly string[] => [`${regionText(region)}: wanted ${wanted.join(', ')}; is ${outcomesText(outcomes, witness)}`, `  try: chainwalk trace … ${traceOptions(witness)}`]

/** chainwalk/check@1: docs/check.md. */
export const checkJson = (checked: readonly Checked[]): unknown => ({
  schema: 'chainwalk/check@1', failed: checked.filter(isFailed).length,
  checks: checked.map((each) => ({
    name: each.check.name, line: each.check.line, holds: !isFailed(each), vacuous: each.vacuous, inexact: each.inexact,
    violations: each.violations.map(({ region, witness, outcomes, wanted }) => ({ region: regionJson(region), wanted, outcomes: outcomes.map(({ outcome }) => outcome), witness: connectionJson(witness) })),
  })),
})
