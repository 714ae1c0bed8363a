import type { RegionMap } from '../analysis/mapRegions.ts'
import type { Assumption } from '../world/outcome.ts'
import { printable } from './printable.ts'
import { outcomesText, regionText } from './regionText.ts'

/** A line a region: who, and what becomes of it. */
export function mapText({ regions, inexact }: RegionMap, assumptions: readonly Assumption[]): string {
  return [
    ...regions.flatMap(({ region, witness, outcomes }) => [regionText(region), `  ${outcomesText(outcomes, witness)}`]),
    ...(inexact.length > 0 ? ['', `Not exact: ${inexact.join('; ')}`] : []),
    ...(assumptions.length > 0 ? ['', 'Assumed:', ...assumptions.map(({ code, message }) => printable(`  ${code}: ${message}`))] : []), '',
  ].join('\n')
}
