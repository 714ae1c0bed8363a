import type { TraceEvent } from '../netfilter/traceEvent.ts'
import type { Rule } from '../netfilter/ruleset.ts'
import type { Connection } from '../world/connection.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import type { Kind } from './regionSpace.ts'
import { RegionSpace } from './regionSpace.ts'
import { mergeRegions } from './mergeRegions.ts'
import { outcomesKey, outcomesOfRegion } from './outcomeSummary.ts'
import { regionsOf } from './regions.ts'
import type { Region } from './regions.ts'
import { describeRegion } from './describeRegion.ts'
import type { RegionDescription } from './describeRegion.ts'
import type { Walks } from './walker.ts'

/** A rule that only one side's packets meet. */
export interface DecidingRule {
  readonly side: 'before' | 'after'
  readonly table: string
  readonly chain: string
  readonly number: number
  readonly rule: Rule
}

/** Connections that fare differently under two rule sets. */
export interface Difference {
  readonly region: RegionDescription
  readonly witness: Connection
  readonly before: readonly TracedOutcome[]
  readonly after: readonly TracedOutcome[]
  readonly because: readonly DecidingRule[]
}

export interface Differences {
  readonly found: readonly Difference[]
  /** Conditions that no region can follow, and limits that were met: what rests on them is not exact. */
  readonly inexact: readonly string[]
}

/** Every connection of these kinds that the two treat differently, in disjoint regions. */
export function differences(kinds: readonly Kind[], before: (kind: Kind) => Walks, after: (kind: Kind) => Walks): Differences {
  const each = kinds.map((kind) => differencesOf(kind, before(kind), after(kind)))
  return { found: each.flatMap(({ found }) => found), inexact: [...new Set(each.flatMap(({ inexact }) => inexact))] }
}

function differencesOf(kind: Kind, before: Walks, after: Walks): Differences {
  const space = new RegionSpace(kind, [before, after])
  const { found, inexact } = regionsOf(space, [before, after])
  const differing = found.filter(({ outcomes: [old = [], now = []] }) => outcomesKey(old) !== outcomesKey(now))
  const merged = mergeRegions(differing.map((region) => ({ box: region.box, label: labelOf(region), of: region })))
  return {
    found: merged.map(({ box, of: { connection, outcomes: [old = [], now = []] } }) => ({ region: describeRegion(space, box), witness: connection, before: old, after: now, because: because(before, after, connection) })),
    inexact,
  }
}

const labelOf = ({ outcomes, connection }: Region): string => outcomes.map((each) => outcomesOfRegion(each, connection)).join(' -> ')

/** The rules that the packets of the connection meet on one side only. */
function because(before: Walks, after: Walks, connection: Connection): readonly DecidingRule[] {
  const [old, now] = [rulesMet(before.trace(connection), 'before'), rulesMet(after.trace(connection), 'after')]
  return [...old.filter((each) => !now.some((other) => isSame(each, other))), ...now.filter((each) => !old.some((other) => isSame(each, other)))]
}

const isSame = (one: DecidingRule, other: DecidingRule): boolean =>
  one.table === other.table && one.chain === other.chain && JSON.stringify([one.rule.ip, one.rule.matches, one.rule.target]) === JSON.stringify([other.rule.ip, other.rule.matches, other.rule.target])

function rulesMet(outcomes: readonly { readonly events: readonly TraceEvent[] }[], side: DecidingRule['side']): readonly DecidingRule[] {
  const met = new Map<string, DecidingRule>()
  for (const { step } of outcomes.flatMap(({ events }) => events)) {
    if (step.kind !== 'ruleMatched' || step.verdict === 'CONTINUE' && step.target === null) continue
    const { table, chain, number, rule } = step.place
    met.set(`${table} ${chain} ${number}`, { side, table, chain, number, rule })
  }
  return [...met.values()]
}
