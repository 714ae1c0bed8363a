import type { TracedOutcome } from '../world/traceConnection.ts'
import type { Connection } from '../world/connection.ts'
import { NotedConditions } from './notedConditions.ts'
import type { Box, RegionSpace } from './regionSpace.ts'
import type { Walks } from './walker.ts'

/** Connections that all fare alike, and one of them. */
export interface Region {
  readonly box: Box
  readonly connection: Connection
  /** What becomes of it under each of the rule sets. */
  readonly outcomes: readonly (readonly TracedOutcome[])[]
}

/** More than any rule set here has; what is left then is not looked into. */
const MOST_REGIONS = 50_000

export interface Regions {
  readonly found: readonly Region[]
  /** Conditions that no region can follow, and the limit where it was met: what rests on them is not exact. */
  readonly inexact: readonly string[]
}

/**
 * Cuts a space into regions: a connection is walked under every rule set, and all that no condition told from it belong to its
 * region. What is left of the box is cut again. The regions are disjoint and cover the space, but for who dials his own address.
 */
export function regionsOf(space: RegionSpace, walkers: readonly Walks[], within: Box = space.full): Regions {
  const found: Region[] = []
  const noted = new NotedConditions(space)
  const left: Box[] = [within]
  for (let box = left.pop(); box; box = left.pop()) {
    if (found.length >= MOST_REGIONS) return { found, inexact: [...space.inexact, `${space.kind.origin} ${space.kind.proto} connections fall into too many regions`] }
    const point = space.pointIn(box)
    if (!point) continue
    const connection = space.connection(point)
    noted.begin(point, connection)
    const outcomes = walkers.map((walker) => walker.outcomes(connection, noted))
    const cell = box.map((elements, i) => elements & (noted.alike[i] ?? 0n))
    found.push({ box: cell, connection, outcomes })
    left.push(...remainders(box, cell, noted.order))
  }
  return { found, inexact: space.inexact }
}

/** A box without a part of it, as disjoint boxes: field by field, in an order, what the part leaves. */
function remainders(box: Box, part: Box, order: readonly number[]): readonly Box[] {
  const inner = [...box]
  return order.flatMap((i) => {
    const rest = (box[i] ?? 0n) & ~(part[i] ?? 0n)
    const outside = rest === 0n ? [] : [inner.map((elements, each) => (each === i ? rest : elements))]
    inner[i] = part[i] ?? 0n
    return outside
  })
}
