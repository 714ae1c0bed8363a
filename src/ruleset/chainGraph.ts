import type { Rule, Ruleset } from '../netfilter/ruleset.ts'
import type { TableName } from '../netfilter/table.ts'

/** A jump or goto from one chain to another, and the rules that make it. */
export interface ChainEdge {
  readonly table: TableName
  readonly from: string
  readonly to: string
  readonly kind: 'jump' | 'goto'
  /** Numbers of the rules, from 1. */
  readonly rules: readonly number[]
}

/** Every edge of a rule set's chain graph, in the order in which the rules stand. */
export function chainGraph(ruleset: Ruleset): readonly ChainEdge[] {
  return ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => edgesOf(table.name, chain.name, chain.rules)))
}

function edgesOf(table: TableName, from: string, rules: readonly Rule[]): ChainEdge[] {
  const edges = new Map<string, ChainEdge>()
  rules.forEach(({ target }, i) => {
    if (!target || !('chain' in target)) return
    const key = `${target.kind} ${target.chain}`
    edges.set(key, { table, from, to: target.chain, kind: target.kind, rules: [...(edges.get(key)?.rules ?? []), i + 1] })
  })
  return [...edges.values()]
}
