import type { ValueRange } from './valueRange.ts'

/** Elements of a space, a bit each. */
export type Elements = bigint

/** The values of one field, cut wherever some condition begins or ends: what no condition tells apart is one element. */
export class FieldSpace {
  readonly universe: readonly ValueRange[]
  readonly all: Elements
  private readonly ranges: readonly ValueRange[]
  private readonly usual: readonly bigint[]
  private readonly usualElements: readonly number[]

  /** `cuts`: the ranges that conditions name; `usual`: values to be chosen before others. */
  constructor(universe: readonly ValueRange[], cuts: readonly ValueRange[], usual: readonly bigint[]) {
    this.universe = universe
    this.usual = usual
    const edges = [...new Set(cuts.flatMap(({ first, last }) => [first, last + 1n]))].toSorted((x, y) => (x < y ? -1 : 1))
    this.ranges = universe.flatMap((each) => pieces(each, edges))
    this.all = (1n << BigInt(this.ranges.length)) - 1n
    this.usualElements = usual.map((each) => this.elementOf(each)).filter((each) => each >= 0)
  }

  get size(): number {
    return this.ranges.length
  }

  /** The elements within a range that was among the cuts. */
  inside({ first, last }: ValueRange): Elements {
    const [from, to] = [this.firstEndingFrom(first), this.firstEndingFrom(last + 1n)]
    return ((1n << BigInt(to - from)) - 1n) << BigInt(from)
  }

  /** The first element whose last value is not below this one; their number where there is none. */
  private firstEndingFrom(value: bigint): number {
    let [low, high] = [0, this.ranges.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.ranges[middle]?.last ?? 0n) < value) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Those on the same side of a condition as one element. */
  alike(inside: Elements, element: number): Elements {
    return (inside >> BigInt(element)) & 1n ? inside : this.all & ~inside
  }

  /** A value of an element: a usual one where it has any. */
  value(element: number): bigint {
    const { first = 0n, last = 0n } = this.ranges[element] ?? {}
    return this.usual.find((each) => each >= first && each <= last) ?? (last - first > 1n ? first + 1n : first)
  }

  /** Another value of an element; the same where it has only one. */
  otherValue(element: number, than: bigint): bigint {
    const { first = than, last = than } = this.ranges[element] ?? {}
    return than < last ? than + 1n : than > first ? than - 1n : than
  }

  /** The element of a set that stands for it: one with a usual value, so that a witness reads well, else the first. */
  typical(elements: Elements): number {
    return this.usualElements.find((each) => (elements >> BigInt(each)) & 1n) ?? firstElement(elements)
  }

  /** The elements of a set as ranges, neighbours joined. */
  rangesOf(elements: Elements): readonly ValueRange[] {
    const joined: ValueRange[] = []
    for (const each of elementsOf(elements).flatMap((element) => this.ranges[element] ?? [])) {
      const before = joined.at(-1)
      if (before && before.last + 1n === each.first) joined[joined.length - 1] = { first: before.first, last: each.last }
      else joined.push(each)
    }
    return joined
  }

  /** The element a value is in; -1 for none. */
  elementOf(value: bigint): number {
    const element = this.firstEndingFrom(value)
    const { first = value + 1n } = this.ranges[element] ?? {}
    return first <= value ? element : -1
  }
}

function pieces(each: ValueRange, edges: readonly bigint[]): readonly ValueRange[] {
  const inner = edges.filter((edge) => edge > each.first && edge <= each.last)
  return [each.first, ...inner].map((first, i) => ({ first, last: (inner[i] ?? each.last + 1n) - 1n }))
}

/** The elements of a set in order. By its digits, for to shift a long number once for each of its bits takes the square of its length. */
function elementsOf(elements: Elements): readonly number[] {
  const digits = elements.toString(2)
  const found: number[] = []
  for (let at = digits.lastIndexOf('1'); at >= 0; at = at === 0 ? -1 : digits.lastIndexOf('1', at - 1)) found.push(digits.length - 1 - at)
  return found
}

/** The first element of a set that is not empty. */
export const firstElement = (elements: Elements): number => (elements & -elements).toString(2).length - 1
