import type { DecidingRule, Differences } from '../analysis/differences.ts'
import type { RegionDescription } from '../analysis/describeRegion.ts'
import type { RegionMap } from '../analysis/mapRegions.ts'
import { printAddress } from '../net/address.ts'
import { printRule } from '../ruleset/print.ts'
import type { Connection } from '../world/connection.ts'
import type { Assumption } from '../world/outcome.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'

interface DiffJson {
  readonly schema: string
  readonly equivalent: boolean
  readonly differences: readonly Readonly<Record<string, unknown>>[]
  readonly inexact: readonly string[]
  readonly assumptions: readonly Assumption[]
}

/** chainwalk/diff@1: docs/diff.md. */
export const diffJson = ({ found, inexact }: Differences, assumptions: readonly Assumption[]): DiffJson => ({
  schema: 'chainwalk/diff@1',
  equivalent: found.length === 0 && inexact.length === 0,
  differences: found.map(({ region, before, after, witness, because }) => ({ region: regionJson(region), before: outcomesJson(before), after: outcomesJson(after), witness: connectionJson(witness), because: because.map(ruleJson) })),
  inexact, assumptions,
})

/** chainwalk/map@1. */
export const mapJson = ({ regions, inexact }: RegionMap, assumptions: readonly Assumption[]): unknown => ({
  schema: 'chainwalk/map@1',
  regions: regions.map(({ region, witness, outcomes }) => ({ region: regionJson(region), outcomes: outcomes.map(({ outcome }) => outcome), witness: connectionJson(witness) })),
  inexact, assumptions,
})

export const regionJson = ({ kind: { family, origin, proto }, fields }: RegionDescription): unknown => ({ family, origin, proto, ...Object.fromEntries(fields.map(({ field, ranges }) => [field, ranges])) })

/** One outcome stands for itself; several are a list. */
const outcomesJson = (outcomes: readonly TracedOutcome[]): unknown => (outcomes.length === 1 ? outcomes[0]?.outcome : outcomes.map(({ outcome }) => outcome))

/** As `trace --connections` takes it. */
export const connectionJson = ({ origin, proto, src, sport, dst, dport, uid, gid, mark }: Connection): unknown => ({
  origin, proto, ...(src && { src: printAddress(src) }), ...(sport !== null && { sport }), dst: printAddress(dst), dport, ...(origin === 'local' && { uid, gid, ...(mark !== 0 && { mark }) }),
})

const ruleJson = ({ side, table, chain, number, rule }: DecidingRule): unknown => ({ side, table, chain, rule: number, text: printRule(rule), ...(rule.span && { file: rule.span.file, line: rule.span.line }) })
