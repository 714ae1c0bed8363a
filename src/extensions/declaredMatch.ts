import type { Option } from '../../grammar/ast.ts'
import type { Family } from '../net/address.ts'
import type { Negatable } from '../netfilter/ruleset.ts'
import type { MatchExtension, MatchTest } from './extension.ts'
import type { ListingCursor, ListingStyle } from './listingCursor.ts'
import type { MatchContext, Site } from './matchContext.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { OptionReader } from './optionReader.ts'
import { unmodelled } from './unmodelled.ts'

/** The options that were given, by their flags without dashes, each value as iptables-save prints it ("" for a flag without one). */
export type DeclaredInfo = Readonly<Record<string, Negatable<string>>>

/** How one option is read and written. */
export interface MatchField {
  /** Without dashes. */
  readonly flag: string
  readonly aliases?: readonly string[]
  /** How many values follow; 1 if absent. */
  readonly words?: 0 | 1
  /** The value as iptables-save prints it; null for one the option does not take. */
  read(text: string, family: Family): string | null
  /** The value in a save, where it is not what `read` gives. */
  save?(value: string): string
  /** Its text in a listing; "" where a listing does not show it. */
  list(condition: Negatable<string>, style: ListingStyle): string
  /** Takes it from a listing: group 1 is the "!", group 2 the value; null where a listing does not show it. */
  readonly listed: RegExp | null
  /** The value behind what a listing shows; `read` if absent. */
  unlist?(text: string, family: Family): string | null
  /** 1.8.9 prints no blank before it. */
  readonly glued?: true
  /** A condition that is the same as none, which iptables-save leaves out. */
  drops?(condition: Negatable<string>): boolean
}

/** A match told by its options. */
export interface DeclaredMatch {
  readonly name: string
  readonly impliedBy?: readonly number[]
  readonly needsConntrack?: true
  readonly stateful?: true
  /** What its listing begins with; "" for nothing. */
  readonly head: string
  /** Without a head: the words its listing may begin with, a "!" in front or not. */
  readonly leads?: readonly string[]
  readonly unspaced?: string
  readonly listedByLegacyOnly?: true
  /** In the order iptables prints them. */
  readonly fields: readonly MatchField[]
  /** Options that must be there for a listing to be this match's; any, if there is no head. */
  readonly required?: readonly string[]
  /** The flags in the order of a listing, where that is another. */
  readonly listingOrder?: readonly string[]
  /** What iptables makes of options that stand for others. */
  normalize?(info: DeclaredInfo): DeclaredInfo
  unlisted?(info: DeclaredInfo): readonly DeclaredInfo[]
  test(info: DeclaredInfo, site: Site): MatchTest
  seen?(skb: Skb, context: MatchContext): string
}

/** The whole extension from its table. */
export const declaredMatch = (match: DeclaredMatch): MatchExtension<DeclaredInfo> => ({
  name: match.name,
  options: Object.fromEntries(match.fields.flatMap(({ flag, aliases = [], words = 1 }) => [flag, ...aliases].map((each) => [`--${each}`, words]))),
  ...(match.impliedBy && { impliedBy: match.impliedBy }),
  ...(match.unspaced !== undefined && { unspaced: match.unspaced }),
  ...(match.listedByLegacyOnly && { listedByLegacyOnly: true }),
  ...(match.stateful && { stateful: true }),
  ...(match.unlisted && { unlisted: match.unlisted.bind(match) }),
  ...(match.needsConntrack && { needsConntrack: () => true }),
  parse: (options) => parse(match, options),
  print: (info) => match.fields.flatMap((field) => saved(field, info[field.flag])).join(' '),
  parseListing: (cursor) => parseListing(match, cursor),
  printListing: (info, style) => printListing(match, info, style),
  compile: (info, site) => match.test(info, site),
  seen: (skb, context) => match.seen?.(skb, context) ?? 'not told by what is known here',
})

function parse({ fields, normalize }: DeclaredMatch, options: OptionReader): DeclaredInfo {
  const info: Record<string, Negatable<string>> = {}
  for (const field of fields) {
    const option = options.take(...[field.flag, ...(field.aliases ?? [])].map((flag) => `--${flag}`))
    const condition = option && { value: value(field, options, option), negated: option.negated }
    if (condition && !field.drops?.(condition)) info[field.flag] = condition
  }
  return normalize?.(info) ?? info
}

function value(field: MatchField, options: OptionReader, option: Option): string {
  if (field.words === 0) return ''
  const text = options.word(option)
  const read = field.read(text, options.family)
  if (read === null) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} does not take ${JSON.stringify(text)}`)
  return read ?? ''
}

function saved({ flag, words, save }: MatchField, condition: Negatable<string> | undefined): string[] {
  if (!condition) return []
  const option = `${condition.negated ? '! ' : ''}--${flag}`
  return [words === 0 ? option : `${option} ${save?.(condition.value) ?? condition.value}`]
}

const inListingOrder = ({ fields, listingOrder }: DeclaredMatch): readonly MatchField[] =>
  listingOrder ? listingOrder.flatMap((flag) => fields.filter((field) => field.flag === flag)) : fields

function printListing(match: DeclaredMatch, info: DeclaredInfo, style: ListingStyle): string {
  let listing = match.head
  for (const field of inListingOrder(match)) {
    const condition = info[field.flag]
    const text = condition ? field.list(condition, style) : ''
    if (text !== '') listing += listing === '' || field.glued ? text : ` ${text}`
  }
  return listing
}

function parseListing(match: DeclaredMatch, cursor: ListingCursor): DeclaredInfo | null {
  if (!begins(match, cursor)) return null
  const info: Record<string, Negatable<string>> = {}
  for (const field of inListingOrder(match)) {
    const condition = listed(field, cursor)
    if (condition && !field.drops?.(condition)) info[field.flag] = condition
  }
  const required = match.required ?? []
  if (match.head === '' && required.length === 0 && Object.keys(info).length === 0) return null
  return required.every((flag) => Object.hasOwn(info, flag)) ? info : null
}

function begins({ head, leads }: DeclaredMatch, cursor: ListingCursor): boolean {
  if (head !== '') return cursor.skip(...head.trim().split(' '))
  const word = cursor.peek(cursor.peek() === '!' ? 1 : 0)
  return word !== null && (leads?.includes(word) ?? false)
}

function listed(field: MatchField, cursor: ListingCursor): Negatable<string> | null {
  const at = cursor.position
  const found = field.listed && cursor.take(field.listed)
  if (!found) return null
  const [, bang, text = ''] = found
  const read = field.words === 0 ? '' : (field.unlist ?? field.read)(text, cursor.family)
  if (read === null) { cursor.position = at; return null }
  return { value: read, negated: bang !== undefined }
}

/** The test of a match that asks for what no packet here has; each packet has its own answer. */
export const unmodelledTest = (name: string, what: string) => (): MatchTest => {
  const doubt = unmodelled(name, what, null)
  return () => doubt
}
