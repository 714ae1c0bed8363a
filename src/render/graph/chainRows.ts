import type { Family } from '../../net/address.ts'
import type { Chain, Rule } from '../../netfilter/ruleset.ts'
import type { TableName } from '../../netfilter/table.ts'
import { printRule } from '../../ruleset/print.ts'
import { printable } from '../printable.ts'
import type { PictureRow } from './picture.ts'
import { chainId } from './pictureId.ts'
import { shortAsks, shortTarget } from './shortText.ts'

export type RowText = Omit<PictureRow, 'y'>

/** A chain of a dump, and where it stands. */
export interface DumpedChain {
  readonly family: Family
  readonly table: TableName
  readonly chain: Chain
}

/** More rules of one chain than this are folded. */
const MAX_RULES = 14

/** What is known of a chain's rules, by number. */
export interface RuleChoice {
  readonly keep: ReadonlySet<number>
  /** They jump to chains that are drawn, or to chains that are not. */
  readonly drawn: readonly number[]
  readonly folded: ReadonlySet<number>
}

/** The lines of a chain's box. Of a long chain: the rules that are to be kept, those that jump to what is drawn, and the first that do not jump to what is folded. */
export function chainRows({ table, family, chain }: DumpedChain, { keep, drawn, folded }: RuleChoice): readonly RowText[] {
  const { rules } = chain
  const idOf = (name: string): string => chainId(family, table, name)
  const shown = rules.length <= MAX_RULES ? new Set(rules.keys()) : new Set([...keep].map((number) => number - 1))
  const others = [...rules.keys()].filter((i) => !folded.has(i + 1))
  for (const i of [...drawn.map((number) => number - 1), ...others]) {
    if (shown.size >= Math.min(MAX_RULES - 1, rules.length)) break
    shown.add(i)
  }
  const rows: RowText[] = []
  for (let i = 0; i < rules.length; ) {
    const rule = rules[i]
    const to = gapEnd(i, shown, rules.length)
    if (rule && to <= i + 1) rows.push(ruleRow(rule, i + 1, idOf))
    else rows.push(foldedRow(rules.slice(i, to), i + 1))
    i = Math.max(to, i + 1)
  }
  return [...rows, ...policyRows(chain)]
}

/** Where the run of rules that are not shown ends; a single one is not worth folding. */
function gapEnd(from: number, shown: ReadonlySet<number>, length: number): number {
  let to = from
  while (to < length && !shown.has(to)) to += 1
  return to
}

const ruleRow = (rule: Rule, number: number, idOf: (chain: string) => string): RowText => ({
  kind: 'rule', first: number, last: number, asks: shortAsks(rule), target: shortTarget(rule), to: rule.target && 'chain' in rule.target ? idOf(rule.target.chain) : null, packets: rule.counters?.packets ?? null, text: printable(printRule(rule)),
})

function foldedRow(rules: readonly Rule[], first: number): RowText {
  const last = first + rules.length - 1
  const counted = rules.flatMap(({ counters }) => (counters ? [counters.packets] : []))
  const packets = counted.length === 0 ? null : counted.reduce((sum, each) => sum + each, 0)
  return { kind: 'folded', first, last, asks: `rules ${first}-${last} are not drawn`, target: '', to: null, packets, text: '' }
}

function policyRows({ policy, counters }: Chain): RowText[] {
  return policy === null ? [] : [{ kind: 'policy', first: null, last: null, asks: 'policy', target: policy, to: null, packets: counters?.packets ?? null, text: '' }]
}

export const noteRow = (text: string): RowText => ({ kind: 'note', first: null, last: null, asks: text, target: '', to: null, packets: null, text: '' })
