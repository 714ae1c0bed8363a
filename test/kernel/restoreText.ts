import type { Family } from '../../src/net/address.ts'
import { BUILTIN_CHAINS, TABLES } from '../../src/netfilter/table.ts'
import type { TableName } from '../../src/netfilter/table.ts'
import type { LabCase, LabRule } from './labCase.ts'

/** Before all other rules of raw: the packets are traced from their first step on. */
const traced = (family: Family): LabRule[] =>
  ['PREROUTING', 'OUTPUT'].flatMap((chain) => ['tcp', 'udp', family === 4 ? 'icmp' : 'ipv6-icmp'].map((protocol): LabRule => ({ table: 'raw', chain, spec: `-p ${protocol} -j TRACE` })))

const isBuiltin = (table: TableName, chain: string): boolean => BUILTIN_CHAINS[table].some((each) => each === chain)

const targetOf = (spec: string): string | null => / -[jg] (\S+)/.exec(` ${spec}`)?.[1] ?? null

/** Targets are upper case words iptables knows; chains of the laboratory have names of their own. */
const isChainName = (name: string): boolean => /^(ISTIO_|CW_|C\d)/.test(name)

/** The chains a table's rules stand in or jump to. */
function ownChains(table: TableName, rules: readonly LabRule[]): string[] {
  const named = rules.flatMap(({ chain, spec }) => [chain, targetOf(spec) ?? ''])
  return [...new Set(named)].filter((name) => isChainName(name) && !isBuiltin(table, name))
}

function tableText(table: TableName, rules: readonly LabRule[], dropping: readonly string[]): string[] {
  const policies = BUILTIN_CHAINS[table].filter((chain) => dropping.includes(`${table} ${chain}`)).map((chain) => `:${chain} DROP [0:0]`)
  if (rules.length === 0 && policies.length === 0) return []
  return [`*${table}`, ...policies, ...ownChains(table, rules).map((name) => `:${name} - [0:0]`), ...rules.map(({ chain, spec }) => `-A ${chain} ${spec}`), 'COMMIT']
}

/** The lines iptables-restore gets, each with the rule it is. */
export function restoreText({ family, rules, dropping }: Pick<LabCase, 'family' | 'rules' | 'dropping'>): string {
  const all = [...traced(family), ...rules]
  return TABLES.flatMap((table) => tableText(table, all.filter((rule) => rule.table === table), dropping)).map((line) => `${line}\n`).join('')
}
