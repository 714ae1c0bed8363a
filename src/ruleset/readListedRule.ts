import type { ListingRule, Word } from '../../grammar/ast.ts'
import { parseAddressCell } from '../extensions/ip.ts'
import { ListingCursor } from '../extensions/listingCursor.ts'
import type { OptionProblem } from '../extensions/optionReader.ts'
import { listedTargets, MATCHES } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { IpMatch, Match, Target } from '../netfilter/ruleset.ts'
import type { RuleRead } from './readRule.ts'

/** Reads the cells and the text of one rule line of a listing. */
export function readListedRule(line: ListingRule, text: string, family: Family): RuleRead {
  const problems: OptionProblem[] = []
  const protocol = parseProtocol(line.protocol.text.replace(/^!/, ''))
  const names = [line.source, line.destination].filter((cell) => isUnclear(cell, family) || parseAddressCell(cell.text, family) === null)
  for (const word of names) problems.push({ message: isUnclear(word, family) ? '"!anywhere" is how ! ::/0, ! ::/64 and ! ::/128 are all listed without -n' : `the name ${JSON.stringify(word.text)} was looked up by the machine that printed this; its address is not known here`, word })
  const { matches, target } = bestReading(line, (words) => new ListingCursor(words, text, family, protocol || null))
  for (const match of matches) if ('verbatim' in match) problems.push({ message: `the text ${JSON.stringify(match.verbatim.slice(0, 80))} is not understood`, word: line.rest.at(-1) ?? line.protocol })
  // A cell that could not be read leaves the rule unknown, not wider than it was.
  const unresolved: Match[] = names.map((word) => ({ name: 'ip', verbatim: word.text }))
  return { rule: { ip: listedIp(line, family, protocol), matches: [...unresolved, ...matches], target }, problems }
}

/** IPv6 networks of the address :: have that name whatever their length; without a negation, "any" is what is meant. */
const isUnclear = ({ text }: Word, family: Family): boolean => family === 6 && text === '!anywhere'

const isGoto = (line: ListingRule): boolean => line.rest[0]?.text === '[goto]'

const withoutGoto = (line: ListingRule): readonly Word[] => (isGoto(line) ? line.rest.slice(1) : line.rest)

function listedIp(line: ListingRule, family: Family, protocol: number | null): IpMatch {
  return {
    ...(protocol !== null && protocol > 0 && { protocol: { value: protocol, negated: line.protocol.text.startsWith('!') } }),
    ...addressCell('source', line.source, family),
    ...addressCell('destination', line.destination, family),
    ...interfaceCell('in', line.in),
    ...interfaceCell('out', line.out),
    ...(line.in === null && { interfaces: 'unshown' as const }),
    ...(line.opt && line.opt.text !== '--' && { fragment: { value: true, negated: line.opt.text === '!f' } }),
  }
}

function addressCell(key: 'source' | 'destination', cell: Word, family: Family): IpMatch {
  const condition = isUnclear(cell, family) ? null : parseAddressCell(cell.text, family)
  return condition === 'any' || condition === null ? {} : { [key]: condition }
}

function interfaceCell(key: 'in' | 'out', cell: Word | null): IpMatch {
  if (!cell || cell.text === 'any' || cell.text === '*' || cell.text === '+') return {}
  const negated = cell.text.startsWith('!')
  return { [key]: { value: negated ? cell.text.slice(1) : cell.text, negated } }
}

interface Reading {
  readonly matches: Match[]
  readonly target: Target | null
}

/** Where words are left over, a comment may hold what looks like its end, or two texts may have run into each other. */
function bestReading(line: ListingRule, cursorOver: (words: readonly Word[]) => ListingCursor): Reading {
  const words = withoutGoto(line)
  const plain = listedText(line, cursorOver(words))
  if (isWhole(plain)) return plain
  const ends = Math.min(MAX_INNER_ENDS, words.filter((word) => word.text === '*/').length)
  for (const each of [words, parted(words)]) {
    for (let inner = 0; inner <= ends; inner += 1) {
      const cursor = cursorOver(each)
      cursor.innerEnds = inner
      const reading = listedText(line, cursor)
      if (isWhole(reading)) return reading
    }
  }
  return plain
}

const MAX_INNER_ENDS = 4

const isWhole = ({ matches, target }: Reading): boolean => target?.kind !== 'verbatim' && matches.every((match) => !('verbatim' in match))

/** The words, with those cut in two into which a text without a blank before it has run. */
const parted = (words: readonly Word[]): readonly Word[] => words.flatMap((word, i) => {
  const lead = MATCHES.find(({ unspaced }) => unspaced !== undefined && runsInto(words, i, unspaced.split(' ')))?.unspaced?.split(' ')[0]
  if (lead === undefined) return [word]
  const cut = word.text.length - lead.length
  return [{ text: word.text.slice(0, cut), column: word.column, length: cut }, { text: lead, column: word.column + cut, length: lead.length }]
})

const runsInto = (words: readonly Word[], at: number, [first = '', ...others]: readonly string[]): boolean => {
  const text = words[at]?.text ?? ''
  return text !== first && text.endsWith(first) && others.every((other, i) => words[at + 1 + i]?.text === other)
}

function listedText(line: ListingRule, cursor: ListingCursor): Reading {
  const matches: Match[] = []
  const name = line.target?.text ?? null
  for (let match = listedMatch(cursor); match; match = listedMatch(cursor)) matches.push(match)
  const start = cursor.position
  const target = listedTarget(name, cursor, isGoto(line))
  if (cursor.done && target?.kind !== 'verbatim') return { matches, target }
  // Words nobody owns: kept, so that the rule is unknown rather than wider. The target's own stand at the end.
  const { from, target: last } = targetAtEnd(name, cursor, start, isGoto(line))
  const unread = cursor.words.slice(start, from).map((word) => word.text).join(' ')
  return { matches: unread === '' ? matches : [...matches, { name: 'listing', verbatim: unread }], target: last }
}

/** The first place behind `start` from which all words to the end of the line are the target's; the end itself when it says nothing. */
function targetAtEnd(name: string | null, cursor: ListingCursor, start: number, gone: boolean): { from: number; target: Target | null } {
  for (let from = start + 1; from < cursor.words.length; from += 1) {
    cursor.position = from
    const target = listedTarget(name, cursor, gone)
    if (target?.kind === 'extension' && cursor.done) return { from, target }
  }
  cursor.position = cursor.words.length
  return { from: cursor.words.length, target: listedTarget(name, cursor, gone) }
}

function unread(cursor: ListingCursor): string {
  const words: string[] = []
  for (let text = cursor.next(); text !== null; text = cursor.next()) words.push(text)
  return words.join(' ')
}

function listedMatch(cursor: ListingCursor): Match | null {
  if (cursor.done) return null
  const start = cursor.position
  for (const extension of MATCHES) {
    const info = extension.parseListing(cursor)
    if (info !== null && cursor.position > start) return { name: extension.name, info }
    cursor.position = start
  }
  return null
}

function listedTarget(name: string | null, cursor: ListingCursor, gone: boolean): Target | null {
  if (name === null) return null
  const extensions = listedTargets(name)
  if (extensions.length === 0) return { kind: gone ? 'goto' : 'jump', chain: name }
  const start = cursor.position
  for (const extension of extensions) {
    const info = extension.parseListing(cursor)
    if (info !== null) return { kind: 'extension', name: extension.name, info }
    cursor.position = start
  }
  return { kind: 'verbatim', name, verbatim: unread(cursor) }
}
