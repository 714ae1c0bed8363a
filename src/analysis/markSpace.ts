import type { MarkTransform } from '../extensions/distinction.ts'
import { firstElement } from './fieldSpace.ts'
import type { Elements } from './fieldSpace.ts'

/** A condition on a mark: mark & mask = value. */
export interface MarkCondition {
  readonly value: number
  readonly mask: number
}

const MOST_CONDITIONS = 64

const keyOf = ({ value, mask }: MarkCondition): string => `0x${value.toString(16)}${mask === 0xffffffff ? '' : `/0x${mask.toString(16)}`}`

/** The conditions, with what each of them asks of the mark as it was before the changes that rules make. */
export function beforeChanges(conditions: readonly MarkCondition[], changes: readonly MarkTransform[]): readonly MarkCondition[] {
  const found = new Map(conditions.map((each) => [keyOf(each), each]))
  for (const condition of found.values()) {
    if (found.size > MOST_CONDITIONS) break
    for (const change of changes) {
      const before = undone(condition, change)
      if (before.mask !== 0) found.set(keyOf(before), before)
    }
  }
  return [...found.values()]
}

/** mark = (mark & ~mask) ^ value turned round; a copy keeps some bits. */
function undone({ value, mask }: MarkCondition, change: MarkTransform): MarkCondition {
  const left = change.kind === 'copied' ? mask & change.kept : mask & ~change.mask
  const asked = change.kind === 'copied' ? value : value ^ change.value
  return { value: (asked & left) >>> 0, mask: left >>> 0 }
}

/** Marks that some condition tells apart: one element each. */
export class MarkSpace {
  private readonly conditions: readonly MarkCondition[]
  private readonly values: readonly number[]
  readonly all: Elements

  constructor(conditions: readonly MarkCondition[]) {
    this.conditions = conditions
    this.values = distinctMarks(conditions)
    this.all = (1n << BigInt(this.values.length)) - 1n
  }

  get size(): number {
    return this.values.length
  }

  /** There are more conditions than beforeChanges follows. */
  get isCut(): boolean {
    return this.conditions.length > MOST_CONDITIONS
  }

  inside({ value, mask }: MarkCondition): Elements {
    return this.values.reduce((bits, each, i) => ((each & mask) >>> 0 === value ? bits | (1n << BigInt(i)) : bits), 0n)
  }

  alike(inside: Elements, element: number): Elements {
    return (inside >> BigInt(element)) & 1n ? inside : this.all & ~inside
  }

  typical(elements: Elements): number {
    return firstElement(elements)
  }

  value(element: number): bigint {
    return BigInt(this.values[element] ?? 0)
  }

  /** The element a mark is in. */
  elementOf(mark: number): number {
    return this.values.findIndex((each) => this.conditions.every(({ value, mask }) => ((each & mask) >>> 0 === value) === ((mark & mask) >>> 0 === value)))
  }

  /** Conditions that tell these elements from the others: "0x539", "!0x111/0xfff"; both signs where it takes several. */
  textOf(elements: Elements): readonly string[] {
    const single = this.conditions.flatMap((each) => (this.inside(each) === elements ? [keyOf(each)] : this.inside(each) === (this.all & ~elements) ? [`!${keyOf(each)}`] : []))
    if (single[0] !== undefined) return [single[0]]
    return this.values.flatMap((each, i) => ((elements >> BigInt(i)) & 1n ? [this.conditions.map((condition) => `${(each & condition.mask) >>> 0 === condition.value ? '' : '!'}${keyOf(condition)}`).join(' ')] : []))
  }
}

/** One mark for each way the conditions can hold together; no mark first. */
function distinctMarks(conditions: readonly MarkCondition[]): readonly number[] {
  const found = new Map<string, number>()
  const add = (mark: number): void => {
    const signature = conditions.map(({ value, mask }) => ((mark & mask) >>> 0 === value ? 1 : 0)).join('')
    if (!found.has(signature)) found.set(signature, mark)
  }
  add(0)
  for (const { value, mask } of conditions) {
    for (const each of [...found.values()]) {
      add(((each & ~mask) | value) >>> 0)
      // Another value under the mask: its lowest bit turned.
      add(((each & ~mask) | (value ^ (mask & -mask))) >>> 0)
    }
  }
  return [...found.values()]
}
