/** How two lists differ, by the places in each. */
export interface Alignment {
  /** In the first list only. */
  readonly missing: readonly number[]
  /** In the second list only. */
  readonly foreign: readonly number[]
  /** In both, but elsewhere: places in the second list. */
  readonly moved: readonly number[]
}

const ALIKE: Alignment = { missing: [], foreign: [], moved: [] }

const areAlike = (wanted: readonly string[], found: readonly string[]): boolean => wanted.length === found.length && wanted.every((each, i) => each === found[i])

/** How many differ at least, whatever their order: what is in one list only. */
export function leastApart(wanted: readonly string[], found: readonly string[]): number {
  if (areAlike(wanted, found)) return 0
  const counts = new Map<string, number>()
  for (const each of wanted) counts.set(each, (counts.get(each) ?? 0) + 1)
  for (const each of found) counts.set(each, (counts.get(each) ?? 0) - 1)
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0)
}

/** Lays what should be there beside what is there, keeping as much as can be in order. */
export function align(wanted: readonly string[], found: readonly string[]): Alignment {
  if (areAlike(wanted, found)) return ALIKE
  const kept = inOrder(common(wanted, new Set(found)), common(found, new Set(wanted)), wanted, found)
  const missing = places(wanted).filter((i) => !kept.wanted.has(i))
  const foreign = places(found).filter((i) => !kept.found.has(i))
  return withMoved(missing, foreign, wanted, found)
}

const places = (list: readonly string[]): number[] => list.map((_, i) => i)

const common = (list: readonly string[], other: ReadonlySet<string>): number[] => places(list).filter((i) => other.has(list[i] ?? ''))

interface Kept {
  readonly wanted: Set<number>
  readonly found: Set<number>
}

/** The longest common subsequence of two lists of places. */
function inOrder(a: readonly number[], b: readonly number[], wanted: readonly string[], found: readonly string[]): Kept {
  const same = (i: number, j: number): boolean => wanted[a[i] ?? -1] === found[b[j] ?? -1]
  const width = b.length + 1
  const longest = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number): number => longest[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) longest[i * width + j] = same(i, j) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const kept: Kept = { wanted: new Set(), found: new Set() }
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (same(i, j)) {
      kept.wanted.add(a[i] ?? -1)
      kept.found.add(b[j] ?? -1)
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return kept
}

/** What is missing in one place and too much in another was moved. */
function withMoved(missing: readonly number[], foreign: readonly number[], wanted: readonly string[], found: readonly string[]): Alignment {
  const lost = new Map<string, number[]>()
  for (const i of missing) lost.set(wanted[i] ?? '', [...(lost.get(wanted[i] ?? '') ?? []), i])
  const moved = foreign.filter((j) => lost.get(found[j] ?? '')?.pop() !== undefined)
  const left = new Set([...lost.values()].flat())
  return { missing: missing.filter((i) => left.has(i)), foreign: foreign.filter((j) => !moved.includes(j)), moved }
}
