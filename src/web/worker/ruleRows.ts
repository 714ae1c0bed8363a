import { conditionSpans, printable, ruleText } from '../core.ts'
import type { Chain, Family, Rule, RulePlace, Ruleset, TableName, TraceEvent } from '../core.ts'
import type { Meeting, PlaceView, RuleRow, TextPiece } from './protocol.ts'

interface ChainRows {
  readonly family: Family
  readonly table: TableName
  readonly chain: Chain
  /** The row of its heading; its rules follow. */
  readonly first: number
}

/** The rows of a rules view: each chain's heading, then its rules, for any number of rules. */
export class RuleRows {
  readonly count: number
  readonly rules: number
  private readonly chains: readonly ChainRows[]
  private readonly byName = new Map<string, ChainRows>()

  constructor(rulesets: readonly Ruleset[]) {
    const chains: ChainRows[] = []
    let next = 0
    for (const { family, tables } of rulesets) for (const { name: table, chains: all } of tables) for (const chain of all) {
      chains.push({ family, table, chain, first: next })
      next += 1 + chain.rules.length
    }
    this.chains = chains
    this.count = next
    this.rules = next - chains.length
    for (const each of chains) this.byName.set(`${each.family} ${each.table} ${each.chain.name}`, each)
  }

  /** Where a rule stands in the text and in these rows. */
  place(family: Family, { table, chain, number, rule }: RulePlace): PlaceView {
    const first = this.byName.get(`${family} ${table} ${chain}`)?.first ?? 0
    return { family, table, chain: printable(chain), number, row: first + number, file: rule.span ? printable(rule.span.file) : null, line: rule.span?.line ?? null }
  }

  /** The row of a chain's heading; null where there is no such chain. */
  chainRow(family: Family, table: string, chain: string): number | null {
    return this.byName.get(`${family} ${table} ${chain}`)?.first ?? null
  }

  rows(from: number, count: number, meetings: ReadonlyMap<Rule, readonly RuleMeeting[]>): readonly RuleRow[] {
    const rows: RuleRow[] = []
    const end = Math.min(from + count, this.count)
    for (let at = this.chainAt(from); rows.length < end - from; at += 1) {
      const chain = this.chains[at]
      if (!chain) break
      for (let row = Math.max(from, chain.first); row < Math.min(end, chain.first + 1 + chain.chain.rules.length); row += 1) rows.push(rowOf(chain, row - chain.first, meetings))
    }
    return rows
  }

  /** The last chain that begins at or before a row. */
  private chainAt(row: number): number {
    let [low, high] = [0, this.chains.length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.chains[middle]?.first ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** A packet's meeting with a rule: what it failed by; null: it matched. */
export interface RuleMeeting {
  readonly event: number
  readonly asked: string | null
}

/** Every meeting of a trace's packets with rules. */
export function meetingsOf(events: readonly TraceEvent[]): ReadonlyMap<Rule, readonly RuleMeeting[]> {
  const met = new Map<Rule, RuleMeeting[]>()
  events.forEach(({ step }, event) => {
    if (step.kind !== 'ruleMatched' && step.kind !== 'ruleMissed') return
    const all = met.get(step.place.rule) ?? []
    all.push({ event, asked: step.kind === 'ruleMissed' ? step.asked : null })
    met.set(step.place.rule, all)
  })
  return met
}

function rowOf({ family, table, chain }: ChainRows, number: number, meetings: ReadonlyMap<Rule, readonly RuleMeeting[]>): RuleRow {
  const rule = chain.rules[number - 1]
  if (!rule) return { kind: 'chain', family, table, chain: printable(chain.name), policy: chain.policy, rules: chain.rules.length }
  const conditions = conditionSpans(rule, family)
  const failed = (asked: string): number => Math.max(0, conditions.findIndex((each) => each.asked === asked))
  const met = (meetings.get(rule) ?? []).map(({ event, asked }): Meeting => ({ event, failed: asked === null ? null : failed(asked) }))
  return { kind: 'rule', number, line: rule.span?.line ?? null, pieces: piecesOf(ruleText(rule), conditions), because: rule.because ? printable(rule.because.note) : null, meetings: met }
}

/** The text cut where conditions begin and end; blanks that only align columns are left out. */
function piecesOf(text: string, conditions: readonly { readonly span: { readonly start: number; readonly end: number } | null }[]): readonly TextPiece[] {
  const marks = conditions.flatMap(({ span }, condition) => (span ? [{ ...span, condition }] : [])).toSorted((x, y) => x.start - y.start)
  const pieces: TextPiece[] = []
  let at = 0
  for (const { start, end, condition } of marks) {
    pieces.push({ text: text.slice(at, start), condition: null }, { text: text.slice(start, end), condition })
    at = end
  }
  pieces.push({ text: text.slice(at), condition: null })
  return pieces.map((piece) => ({ ...piece, text: printable(piece.text.replace(/\s+/g, ' ')) })).filter((piece) => piece.text !== '')
}
