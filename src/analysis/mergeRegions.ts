import type { Box } from './regionSpace.ts'

/** Boxes with what is said of them. */
export interface Labelled<T> {
  readonly box: Box
  readonly label: string
  readonly of: T
}

/** Joins boxes of one label that differ in one field only, until none is left; the first of those joined speaks for all. */
export function mergeRegions<T>(regions: readonly Labelled<T>[]): readonly Labelled<T>[] {
  const fields = regions[0]?.box.length ?? 0
  let merged: readonly Labelled<T>[] = regions.toSorted((one, other) => inOrder(one.box, other.box))
  for (let before = -1; before !== merged.length;) {
    before = merged.length
    for (let field = fields - 1; field >= 0; field -= 1) merged = joinedIn(merged, field)
  }
  return merged
}

/** The same order however the regions were found. */
function inOrder(one: Box, other: Box): number {
  const i = one.findIndex((elements, each) => elements !== other[each])
  return i < 0 ? 0 : (one[i] ?? 0n) < (other[i] ?? 0n) ? -1 : 1
}

function joinedIn<T>(regions: readonly Labelled<T>[], field: number): readonly Labelled<T>[] {
  const groups = new Map<string, Labelled<T>>()
  for (const region of regions) {
    const key = `${region.label} ${region.box.map((elements, i) => (i === field ? '' : elements.toString(36))).join()}`
    const known = groups.get(key)
    groups.set(key, known ? { ...known, box: known.box.map((elements, i) => (i === field ? elements | (region.box[i] ?? 0n) : elements)) } : region)
  }
  return [...groups.values()]
}
