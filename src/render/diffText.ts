import type { DecidingRule, Difference, Differences } from '../analysis/differences.ts'
import { printRule } from '../ruleset/print.ts'
import type { Assumption } from '../world/outcome.ts'
import { printable } from './printable.ts'
import { outcomesText, regionText, traceOptions } from './regionText.ts'

/** Every difference in words, with the rules that make it and a connection that shows it. */
export function diffText({ found, inexact }: Differences, assumptions: readonly Assumption[]): string {
  const head = found.length === 0 ? 'equivalent: every connection fares alike' : `${found.length} ${found.length === 1 ? 'region fares' : 'regions fare'} differently`
  return [
    head, ...found.flatMap((each) => ['', ...differenceLines(each)]),
    ...(inexact.length > 0 ? ['', `Not exact: ${inexact.join('; ')}`] : []),
    ...(assumptions.length > 0 ? ['', 'Assumed:', ...assumptions.map(({ code, message }) => printable(`  ${code}: ${message}`))] : []), '',
  ].join('\n')
}

function differenceLines({ region, witness, before, after, because }: Difference): readonly string[] {
  return [regionText(region), `  was: ${outcomesText(before, witness)}`, `  now: ${outcomesText(after, witness)}`, ...because.map(ruleLine), `  try: chainwalk trace … ${traceOptions(witness)}`]
}

const ruleLine = ({ side, table, chain, number, rule }: DecidingRule): string => {
  const { span } = rule
  return printable(`  ${side === 'before' ? '-' : '+'} ${table} ${chain} ${number}: ${printRule(rule)}${span ? `  [${span.file}:${span.line}]` : ''}`)
}
