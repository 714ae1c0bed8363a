import { listingWords, parseListingChain, parseListingRule } from '../../grammar/parse.ts'
import type { ListingForm, TypedWord } from '../../grammar/parse.ts'
import type { Word } from '../../grammar/ast.ts'
import { parseAddressCell } from '../extensions/ip.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Chain, Counters } from '../netfilter/ruleset.ts'
import type { Alternatives } from './listedAlternatives.ts'
import { listedCount } from './listedCount.ts'
import { readListedRule } from './readListedRule.ts'
import type { RuleMeaning, SameListedRules } from './sameListedRules.ts'
import { spanAt, spanOf } from './sourceLine.ts'
import type { SourceLine } from './sourceLine.ts'
import type { TableBuilder } from './tableBuilder.ts'

interface ListedChain {
  readonly name: string
  readonly policy: Chain['policy']
  readonly counters: Counters | null
  /** How often it is jumped to; null for a built-in chain. */
  readonly references: number | null
}

const counted = (packets: Word | null, bytes: Word | null): Counters | null => packets && bytes && { packets: listedCount(packets.text), bytes: listedCount(bytes.text) }

/** Reads the rule lines below one chain heading of `iptables -L`. */
export class ListingReader {
  private readonly builder: TableBuilder
  private readonly same: SameListedRules
  private readonly chain: string
  private readonly diagnostics: Diagnostic[]
  private form: ListingForm | null = null
  /** Where the column "prot" begins; a first word there or behind means the target is blank. */
  private protocolColumn = 0

  constructor(builder: TableBuilder, chain: string, diagnostics: Diagnostic[], same: SameListedRules) {
    this.builder = builder
    this.same = same
    this.chain = chain
    this.diagnostics = diagnostics
  }

  /** Reads "Chain PREROUTING (policy ACCEPT 5 packets, 300 bytes)"; null when it is no heading. */
  static chain(source: SourceLine): ListedChain | null {
    const line = parseListingChain(source.text)
    if (line.kind === 'problem') return null
    const policy = line.policy?.text.replace(')', '')
    return { name: line.name.text, policy: policy === 'ACCEPT' || policy === 'DROP' ? policy : null, counters: counted(line.packets, line.bytes), references: line.references && Number(line.references.text) }
  }

  /** False when the line is neither a column heading nor a rule. */
  read(source: SourceLine): boolean {
    return this.heading(source) || this.rule(source)
  }

  private heading(source: SourceLine): boolean {
    const header = /^\s*(num\s+)?(pkts\s+bytes\s+)?target\s+prot\s+opt\s+(in\s+out\s+)?source\s+destination\s*$/.exec(source.text)
    if (!header) return false
    this.form = header[1] ? (header[2] ? 'countedNumbered' : 'numbered') : header[2] ? 'counted' : 'plain'
    this.protocolColumn = source.text.indexOf('prot') + 1
    return true
  }

  private rule(source: SourceLine): boolean {
    const again = this.form && this.same.find(source.text, this.form)
    if (again) return this.append(again.meaning, again.counters, source)
    const words = listingWords(source.text)
    if (!words || !(looksLikeRule(words) || (this.form && this.looksLikeOldRule(words, this.form)))) return false
    const form = this.form ?? guessedForm(words)
    const line = parseListingRule(withBlankTarget(words, form, this.protocolColumn), form)
    if (line.kind === 'problem') return this.complain(source, `this line looks like a rule but could not be read: ${line.message}`, line.column)
    const { rule, problems, alternatives } = readListedRule(line, source.text, this.builder.family)
    if (alternatives) this.diagnostics.push(ambiguousLine(alternatives, source))
    for (const { message, word, candidates } of problems) this.diagnostics.push({ code: 'unreadable-option', severity: 'warning', message: `${message}; the condition is unknown in a walk`, span: spanAt(source, word.column, word.length), ...(candidates && { candidates }) })
    // Without the opt column it is the column a word stands in that tells what it is.
    if (problems.length === 0 && !alternatives && line.opt && this.form) this.same.keep(source.text, this.form, rule)
    return this.append(rule, counted(line.packets, line.bytes), source)
  }

  private append({ ip, matches, target, alternatives }: RuleMeaning, counters: Counters | null, source: SourceLine): true {
    const placed = { ip, matches, target, span: spanOf(source), text: source.text.trim(), ...(alternatives && { alternatives }) }
    this.builder.append(this.chain, counters ? { ...placed, counters } : placed)
    return true
  }

  /** IPv6 up to iptables 1.8.8 has nothing in the opt column: a protocol stands where the heading says, and two addresses behind it. */
  private looksLikeOldRule(words: readonly TypedWord[], form: ListingForm): boolean {
    const first = LEADING[form]
    if (words.slice(0, first).some(({ type }) => type !== 'count')) return false
    const protocol = (words[first]?.column ?? 0) >= this.protocolColumn && isProtocol(words[first]) ? first : first + 1
    const [source, destination] = words.slice(protocol + 1 + (form === 'plain' || form === 'numbered' ? 0 : 2))
    return isProtocol(words[protocol]) && [source, destination].some((cell) => cell !== undefined && parseAddressCell(cell.text, 6) !== null)
  }

  private complain(source: SourceLine, message: string, column: number): true {
    this.diagnostics.push({ code: 'unreadable-line', severity: 'warning', message, span: spanAt(source, column, 1) })
    return true
  }
}

const ambiguousLine = ({ candidates, differing }: Alternatives, source: SourceLine): Diagnostic => ({
  code: 'ambiguous-line', severity: differing ? 'warning' : 'info', span: spanOf(source), candidates,
  message: `${candidates.length} rules are listed like this${differing ? '; where they do not agree the walk forks' : ''} (iptables-save tells them apart)`,
})

const isProtocol = (word: TypedWord | undefined): boolean => word !== undefined && parseProtocol(word.text.replace(/^!/, '')) !== null

/** A protocol followed by the opt column; IPv6 of old has no opt, but then counters. */
function looksLikeRule(words: readonly TypedWord[]): boolean {
  const opt = words.findIndex((word) => word.type === 'opt')
  if (opt > 0) return isProtocol(words[opt - 1]) && words.length >= opt + 3
  return words[0]?.type === 'count' && words[1]?.type === 'count' && words.slice(2, 5).some(isProtocol) && words.length >= 7
}

function guessedForm(words: readonly TypedWord[]): ListingForm {
  const counts = words.findIndex((word) => word.type !== 'count')
  return counts >= 3 ? 'countedNumbered' : counts === 2 ? 'counted' : counts === 1 ? 'numbered' : 'plain'
}

const LEADING: Readonly<Record<ListingForm, number>> = { plain: 0, numbered: 1, counted: 2, countedNumbered: 3 }

/** Puts a token where the target column is empty: the protocol then stands right behind the counters. */
function withBlankTarget(words: readonly TypedWord[], form: ListingForm, protocolColumn: number): readonly TypedWord[] {
  const first = LEADING[form]
  const opt = words.findIndex((word) => word.type === 'opt')
  const blank = opt >= 0 ? opt === first + 1 : (words[first]?.column ?? 0) >= protocolColumn && protocolColumn > 0 && isProtocol(words[first])
  if (!blank) return words
  const column = words[first]?.column ?? 1
  return [...words.slice(0, first), { type: 'blank', text: '', column, length: 0 }, ...words.slice(first)]
}
