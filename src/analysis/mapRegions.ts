import type { Connection } from '../world/connection.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import { describeRegion } from './describeRegion.ts'
import type { RegionDescription } from './describeRegion.ts'
import { mergeRegions } from './mergeRegions.ts'
import { outcomesOfRegion } from './outcomeSummary.ts'
import { regionsOf } from './regions.ts'
import type { Region } from './regions.ts'
import { RegionSpace } from './regionSpace.ts'
import type { Box, Kind } from './regionSpace.ts'
import type { Walks } from './walker.ts'

/** Connections that fare alike. */
export interface MappedRegion {
  readonly region: RegionDescription
  readonly witness: Connection
  readonly outcomes: readonly TracedOutcome[]
}

export interface RegionMap {
  readonly regions: readonly MappedRegion[]
  /** The same before those that fare alike were joined. */
  readonly cells: readonly MappedRegion[]
  /** Conditions that no region can follow, and limits that were met. */
  readonly inexact: readonly string[]
}

/** What becomes of every connection of these kinds: disjoint regions that cover all of them. */
export function mapRegions(kinds: readonly Kind[], walkerOf: (kind: Kind) => Walks): RegionMap {
  const each = kinds.map((kind) => mapOf(kind, walkerOf(kind)))
  return { regions: each.flatMap(({ regions }) => regions), cells: each.flatMap(({ cells }) => cells), inexact: [...new Set(each.flatMap(({ inexact }) => inexact))] }
}

function mapOf(kind: Kind, walker: Walks): RegionMap {
  const space = new RegionSpace(kind, [walker])
  const { found, inexact } = regionsOf(space, [walker])
  const merged = mergeRegions(found.map((region) => ({ box: region.box, label: outcomesOfRegion(region.outcomes[0] ?? [], region.connection), of: region })))
  const mapped = (box: Box, { connection, outcomes: [outcomes = []] }: Region): MappedRegion => {
    let description: RegionDescription | null = null
    // Of thousands of regions few are told.
    return { get region() { return (description ??= describeRegion(space, box)) }, witness: connection, outcomes }
  }
  return {
    regions: merged.map(({ box, of }) => mapped(box, of)), cells: found.map((region) => mapped(region.box, region)),
    inexact,
  }
}
