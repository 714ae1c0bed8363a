import type { Family } from '../net/address.ts'
import type { Because } from '../netfilter/ruleset.ts'
import type { TableName } from '../netfilter/table.ts'
import { TABLES } from '../netfilter/table.ts'
import { createdChains } from './createdChains.ts'
import type { Generated } from './generate.ts'
import type { Command } from './ruleList.ts'

/** A rule as it stands in its chain after all commands ran. */
export interface EffectiveRule {
  readonly chain: string
  readonly spec: string
  readonly because: Because
}

export interface EffectiveTable {
  readonly table: TableName
  /** The chains the tool created. */
  readonly chains: readonly string[]
  readonly rules: readonly EffectiveRule[]
}

export interface EffectiveRules {
  readonly family: Family
  readonly tables: readonly EffectiveTable[]
  readonly routes: readonly string[]
}

/** Carries the commands out: appended rules in order, inserted ones at their position; by table and chain. */
export function carriedOut(commands: readonly Command[]): Command[][] {
  const byChain = new Map<string, Command[]>()
  for (const command of commands) {
    const key = `${command.table} ${command.chain}`
    const rules = byChain.get(key) ?? []
    byChain.set(key, rules)
    if (command.command === 'append') rules.push(command)
    else rules.splice(command.position - 1, 0, command)
  }
  return [...byChain.values()]
}

/** The rules as they stand after all commands ran. */
export function apply({ family, commands, routes }: Generated): EffectiveRules {
  const all = carriedOut(commands).flat()
  const chains = createdChains(commands)
  const touched = TABLES.filter((table) => all.some((command) => command.table === table))
  const tables = touched.map((table) => ({
    table,
    chains: chains.filter((chain) => chain.table === table).map(({ chain }) => chain),
    rules: all.filter((command) => command.table === table).map(({ chain, spec, because }) => ({ chain, spec, because })),
  }))
  return { family, tables, routes }
}
