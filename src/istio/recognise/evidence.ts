import type { Family } from '../../net/address.ts'
import type { TableName } from '../../netfilter/table.ts'
import { placeOf } from './shownRules.ts'
import type { ShownChain, ShownRules } from './shownRules.ts'

/** What the rules of a dump say, found by their text. */
export class Evidence {
  constructor(readonly shown: ShownRules) {}

  texts(family: Family, table: TableName, name: string): readonly string[] {
    return this.shown.chains.get(placeOf({ family, table, name }))?.texts ?? []
  }

  has(table: TableName, name: string): boolean {
    return this.shown.families.some((family) => this.shown.chains.has(placeOf({ family, table, name })))
  }

  /** Whether any rule of Istio's chains or the built-in ones is so. */
  any(pattern: RegExp): boolean {
    return [...this.shown.chains.values()].some(({ texts }) => texts.some((text) => pattern.test(text)))
  }

  /** What a pattern's group stands for in the rules of a chain, in their order; a second family adds what the first lacks. */
  all(table: TableName, name: string, pattern: RegExp): string[] {
    return merged(this.shown.families.map((family) => found(this.texts(family, table, name), pattern)))
  }

  shows(table: TableName): boolean {
    return this.shown.families.some((family) => this.shown.shows(family, table))
  }

  first(table: TableName, name: string, pattern: RegExp): string | null {
    return this.all(table, name, pattern)[0] ?? null
  }

  chainsOf(table: TableName): ShownChain[] {
    return [...this.shown.chains.values()].filter((chain) => chain.table === table)
  }
}

export const found = (texts: readonly string[], pattern: RegExp): string[] => texts.flatMap((text) => pattern.exec(text)?.[1] ?? [])

/** Lists of the same thing: the longest, and what only others have. */
export function merged(lists: readonly (readonly string[])[]): string[] {
  const longest = lists.reduce<readonly string[]>((best, list) => (list.length > best.length ? list : best), [])
  return [...longest, ...new Set(lists.flat().filter((item) => !longest.includes(item)))]
}

/** The orders in which a list stands in several places; mostly there is one. */
export function orders(lists: readonly (readonly string[])[]): string[][] {
  const length = Math.max(0, ...lists.map((list) => list.length))
  const all = lists.filter((list) => list.length === length).map((list) => merged([list, ...lists]))
  return all.filter((list, i) => all.findIndex((other) => other.join() === list.join()) === i)
}

/** A list less those of another, each as often as it stands there. */
export function less(list: readonly string[], other: readonly string[]): string[] {
  const left = [...other]
  return list.filter((item) => {
    const at = left.indexOf(item)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}
