import type { Rule, Ruleset } from '../netfilter/ruleset.ts'

/** The rule at "nat ISTIO_OUTPUT 4"; null where there is none. */
export function ruleAt(rulesets: readonly Ruleset[], place: string): Rule | null {
  const [table, chain, number] = place.split(' ')
  const found = rulesets.flatMap(({ tables }) => tables).find(({ name }) => name === table)?.chains.find(({ name }) => name === chain)
  return found?.rules[Number(number) - 1] ?? null
}
