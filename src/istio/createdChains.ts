import { isHook } from '../netfilter/hook.ts'
import type { TableName } from '../netfilter/table.ts'
import type { Command } from './ruleList.ts'

/** A chain istio-iptables creates. */
export interface CreatedChain {
  readonly table: TableName
  readonly chain: string
}

/** The chains of these rules: those that hold one, and those only jumped to (builder/iptables_builder_impl.go buildRestore). */
export function createdChains(commands: readonly Command[]): CreatedChain[] {
  const named = [...commands.map(({ table, chain }) => ({ table, chain })), ...commands.flatMap(jumpedTo)]
  const seen = new Map(named.map((each) => [`${each.table} ${each.chain}`, each]))
  return [...seen.values()].filter(({ chain }) => !isHook(chain))
}

function jumpedTo({ table, spec }: Command): CreatedChain[] {
  const target = /(?:^| )-j (ISTIO_\w+)$/.exec(spec)?.[1]
  return target === undefined ? [] : [{ table, chain: target }]
}
