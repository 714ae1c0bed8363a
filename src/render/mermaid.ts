import type { Chain, Ruleset, Table } from '../netfilter/ruleset.ts'
import { chainGraph } from '../ruleset/chainGraph.ts'
import { printTarget } from '../ruleset/print.ts'
import { printable } from './printable.ts'

/** The chain graph as a mermaid flowchart: one box a chain with the targets it ends in, one arrow a jump with its rule numbers. */
export function mermaid(rulesets: readonly Ruleset[]): string {
  return ['flowchart LR', ...rulesets.flatMap(familyLines), ''].join('\n')
}

function familyLines(ruleset: Ruleset): string[] {
  const ids = new Map<string, string>()
  const id = (table: string, chain: string): string => {
    const key = `${table} ${chain}`
    const known = ids.get(key) ?? `v${ruleset.family}c${ids.size}`
    ids.set(key, known)
    return known
  }
  const boxes = ruleset.tables.flatMap((table) => tableLines(table, ruleset.family, (chain) => id(table.name, chain)))
  const arrows = chainGraph(ruleset).map(({ table, from, to, kind, rules }) => `  ${id(table, from)} ${kind === 'jump' ? '-->' : '-.->'}|${rules.join(', ')}| ${id(table, to)}`)
  return [...boxes, ...arrows]
}

const tableLines = (table: Table, family: number, id: (chain: string) => string): string[] => [
  `  subgraph v${family}${table.name}["IPv${family} ${table.name}"]`,
  ...table.chains.filter((chain) => chain.rules.length > 0).map((chain) => `    ${id(chain.name)}["${label(chain)}"]`),
  '  end',
]

function label(chain: Chain): string {
  const ends = new Set(chain.rules.flatMap(({ target }) => (target && !('chain' in target) ? [printTarget(target).replace(/^-j /, '')] : [])))
  const policy = chain.policy === null ? '' : `<br/>policy ${chain.policy}`
  return `${escaped(chain.name)}${policy}${[...ends].map((end) => `<br/>${escaped(end)}`).join('')}`
}

/** Mermaid reads HTML entities in labels; nothing of a dump may be markup there. */
const escaped = (text: string): string => printable(text).replace(/[&<>"#;]/g, (character) => `#${character.charCodeAt(0)};`)
