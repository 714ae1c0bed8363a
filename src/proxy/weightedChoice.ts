import type { Dice } from './dice.ts'

/** weighted_clusters of a route: one of several, each with the chance of its weight; the last where the weights say nothing. */
export function weightedChoice<T extends { readonly name: string; readonly weight: number }>(all: readonly T[], what: string, dice: Dice): T | null {
  let left = all.reduce((sum, { weight }) => sum + weight, 0)
  for (const each of all) {
    if (each.weight >= left || dice({ code: 'load-balancing', message: `the route chooses ${what}${each.name}`, probability: each.weight / left, key: null })) return each
    left -= each.weight
  }
  return all.at(-1) ?? null
}
