import { printIp } from '../extensions/ip.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { Chain, Counters, Match, Rule, Ruleset, Table, Target } from '../netfilter/ruleset.ts'

/** Whether counters are printed, as `iptables-save -c` does. */
export type SaveStyle = 'plain' | 'counters'

/** The rule as iptables-save prints it, without `-A CHAIN`. */
export function printRule(rule: Rule): string {
  return [...printIp(rule.ip), ...rule.matches.map(printMatch), ...(rule.target ? [printTarget(rule.target)] : [])].filter(Boolean).join(' ')
}

export function printMatch(match: Match): string {
  if ('verbatim' in match) return match.name === 'ip' ? match.verbatim : joined('-m', match.name, match.verbatim)
  return joined('-m', match.name, matchExtension(match.name)?.print(match.info) ?? '')
}

export function printTarget(target: Target): string {
  switch (target.kind) {
    case 'jump': return `-j ${target.chain}`
    case 'goto': return `-g ${target.chain}`
    case 'verbatim': return joined('-j', target.name, target.verbatim)
    case 'extension': return joined('-j', target.name, targetExtension(target.name)?.print(target.info) ?? '')
  }
}

const joined = (...words: readonly string[]): string => words.filter(Boolean).join(' ')

const printCounters = (counters: Counters | undefined): string => `[${counters?.packets ?? 0}:${counters?.bytes ?? 0}]`

/** The rule set as iptables-save prints it, without its comment lines. */
export function printSave(ruleset: Ruleset, style: SaveStyle): string {
  return ruleset.tables.map((table) => printTable(table, style)).join('')
}

function printTable(table: Table, style: SaveStyle): string {
  const heads = table.chains.map((chain) => `:${chain.name} ${chain.policy ?? '-'} ${printCounters(chain.counters)}`)
  const rules = table.chains.flatMap((chain) => printChain(chain, style))
  return [`*${table.name}`, ...heads, ...rules, 'COMMIT', ''].join('\n')
}

function printChain(chain: Chain, style: SaveStyle): string[] {
  return chain.rules.map((rule) => joined(style === 'counters' ? printCounters(rule.counters) : '', `-A ${chain.name}`, printRule(rule)))
}
