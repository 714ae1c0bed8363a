import type { ListingRule, Word } from '../../grammar/ast.ts'
import { parseAddressCell } from '../extensions/ip.ts'
import { EndChoices } from '../extensions/endChoices.ts'
import { ListingCursor } from '../extensions/listingCursor.ts'
import type { ListedLine } from '../extensions/listingCursor.ts'
import type { OptionProblem } from '../extensions/optionReader.ts'
import { listedTargets, MATCHES } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { UNLISTED } from '../extensions/unlistedValue.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { IpMatch, Match, Target } from '../netfilter/ruleset.ts'
import { printTarget } from './print.ts'
import { listedAlternatives } from './listedAlternatives.ts'
import type { Alternatives } from './listedAlternatives.ts'
import type { RuleRead } from './readRule.ts'

/** A rule as its line most likely means it, and what else it may mean. */
export interface ListedRuleRead extends RuleRead {
  readonly alternatives: Alternatives | null
}

/** Reads the cells and the text of one rule line of a listing. */
export function readListedRule(line: ListingRule, text: string, family: Family): ListedRuleRead {
  const problems: OptionProblem[] = []
  const protocol = parseProtocol(line.protocol.text.replace(/^!/, ''))
  const names = ([['-s', line.source], ['-d', line.destination]] as const).filter(([, cell]) => isUnclear(cell, family) || parseAddressCell(cell.text, family) === null)
  for (const [flag, word] of names) problems.push(isUnclear(word, family) ? unclearCell(flag, word) : namedCell(flag, word))
  const readings = wholeReadings(line, { line: text, family, protocol: protocol || null })
  const [{ matches }] = readings
  const target = commonTarget(readings)
  for (const match of matches) if ('verbatim' in match) problems.push({ message: `the text ${JSON.stringify(match.verbatim.slice(0, 80))} is not understood`, word: line.rest.at(-1) ?? line.protocol })
  // A cell that could not be read leaves the rule unknown, not wider than it was.
  const unresolved: Match[] = names.map(([, word]) => ({ name: 'ip', verbatim: word.text }))
  const ip = listedIp(line, family, protocol)
  const alternatives = listedAlternatives(readings.map((reading) => ({ ip, matches: [...unresolved, ...reading.matches], target: reading.target })))
  return { rule: { ip, matches: [...unresolved, ...matches], target, ...(alternatives?.differing && { alternatives: alternatives.differing }) }, problems, alternatives }
}

const unclearCell = (flag: string, word: Word): OptionProblem => ({
  message: '"!anywhere" is how ! ::/0, ! ::/64 and ! ::/128 are all listed without -n', word, candidates: ['0', '64', '128'].map((length) => `! ${flag} ::/${length}`),
})

const namedCell = (flag: string, word: Word): OptionProblem => ({
  message: `the name ${JSON.stringify(word.text)} was looked up by the machine that printed this; its address is not known here`, word, candidates: [`${word.text.startsWith('!') ? '! ' : ''}${flag} ${UNLISTED}`],
})

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

/** Where the readings do not agree on what the target is told, it is unknown. */
function commonTarget([first, ...others]: readonly [Reading, ...Reading[]]): Target | null {
  const { target } = first
  if (!target || others.every((each) => each.target && printTarget(each.target) === printTarget(target))) return target
  return { kind: 'verbatim', name: 'name' in target ? target.name : target.chain, verbatim: '' }
}

/** Every way to read all words of the line, the likeliest first: a comment may hold what looks like its end, and two texts may have run into each other. */
function wholeReadings(line: ListingRule, given: Omit<ListedLine, 'ends'>): readonly [Reading, ...Reading[]] {
  const words = withoutGoto(line)
  const all = [...readings(line, words, given)]
  const [likeliest, ...others] = all.filter(isWhole)
  if (all.length === MOST_READINGS) return [unreadReading(line, given.line)]
  if (likeliest) return [likeliest, ...others]
  return [[...readings(line, parted(words), given)].find(isWhole) ?? all[0] ?? unreadReading(line, given.line)]
}

/** Nothing is known of a line with more readings than anyone would look at. */
const unreadReading = ({ target }: ListingRule, line: string): Reading => ({ matches: [{ name: 'listing', verbatim: line.trim() }], target: target && { kind: 'verbatim', name: target.text, verbatim: '' } })

const MOST_READINGS = 64

function* readings(line: ListingRule, words: readonly Word[], given: Omit<ListedLine, 'ends'>): Generator<Reading> {
  const ends = new EndChoices()
  for (let count = 1; ; count += 1) {
    yield listedText(line, new ListingCursor(words, { ...given, ends }))
    if (count === MOST_READINGS || !ends.advance()) return
  }
}

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
