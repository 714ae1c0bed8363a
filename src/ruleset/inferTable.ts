import { targetExtension } from '../extensions/registry.ts'
import { isHook } from '../netfilter/hook.ts'
import type { Rule } from '../netfilter/ruleset.ts'
import { BUILTIN_CHAINS, TABLES } from '../netfilter/table.ts'
import type { TableName } from '../netfilter/table.ts'
import { jumpedTo } from './jumpedTo.ts'

/**
 * The tables a listing without a `-t` can be of: those that have all its built-in chains, lack none of them where the
 * listing is whole, and allow its targets. Most likely first; empty when nothing fits.
 */
export function possibleTables(chains: readonly string[], rules: readonly Rule[]): readonly TableName[] {
  const builtin = chains.filter(isHook)
  const fitting = TABLES.filter((table) => builtin.every((chain) => BUILTIN_CHAINS[table].some((hook) => hook === chain)))
  const allowed = fitting.filter((table) => rules.every((rule) => allows(table, rule)))
  // What is Istio's is of nat where nothing else tells, for most of its chains are there.
  const few = tellsNoTable(chains)
  const likely = few && [...chains, ...rules.flatMap((rule) => jumpedTo(rule) ?? [])].some((chain) => chain.startsWith('ISTIO_')) ? NAT_FIRST : LIKELY
  const lacks = (table: TableName): number => (few ? 0 : missing(table, builtin))
  return [...allowed].sort((x, y) => lacks(x) - lacks(y) || likely.indexOf(x) - likely.indexOf(y))
}

/** `iptables -L CHAIN` shows one chain of whatever table, and a cut listing may have none that is built in: nothing tells what is missing. */
export const tellsNoTable = (chains: readonly string[]): boolean => chains.filter(isHook).length <= 1

const missing = (table: TableName, builtin: readonly string[]): number => BUILTIN_CHAINS[table].length - builtin.length

/** filter is what `iptables -L` shows by itself. */
const LIKELY: readonly TableName[] = ['filter', 'nat', 'mangle', 'raw', 'security']

const NAT_FIRST: readonly TableName[] = ['nat', 'mangle', 'raw', 'filter', 'security']

function allows(table: TableName, rule: Rule): boolean {
  if (rule.target?.kind !== 'extension') return true
  const tables = targetExtension(rule.target.name)?.tables
  return tables === undefined || tables.includes(table)
}
