import type { Option, Word } from '../../grammar/ast.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import { OptionReader } from '../extensions/optionReader.ts'
import type { Family } from '../net/address.ts'
import { parsePrefix, prefixLength, printPrefix } from '../net/prefix.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { Counters, IpMatch, Match, Target } from '../netfilter/ruleset.ts'
import { cutSavedRule } from './cutSavedRule.ts'
import type { RuleMeaning } from './sameListedRules.ts'

/** A rule and the chain it is appended to. */
export interface SavedRule {
  readonly chain: string
  readonly meaning: RuleMeaning
  readonly counters: Counters | null
}

/** What one flag with all behind it says: "-s 10.0.0.0/8", "-m tcp --dport 80", "-j DNAT --to-destination 10.0.0.1:80". */
type Piece = { readonly ip: IpMatch } | { readonly match: Match } | { readonly target: Target }

const HOST = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\/)|(?=\/32$))){4}\/32$/

/**
 * Reads rules in the very form iptables-save prints them: each piece of a line is read by itself, and one that was read before is
 * taken from memory. Any other line is null, and is the grammar's; what this gives is what the grammar gives (held equal by a test).
 */
export class SavedRuleReader {
  private readonly memory = new PieceMemory()

  read(text: string, family: Family): SavedRule | null {
    const cut = cutSavedRule(text)
    const meaning = cut && this.meaning(cut.pieces, family)
    return meaning && { chain: cut.chain, meaning, counters: cut.counters }
  }

  private meaning(pieces: readonly string[], family: Family): RuleMeaning | null {
    const found: IpDraft = {}
    const matches: Match[] = []
    let target: Target | null = null
    let protocol: number | null = null
    for (const text of pieces) {
      const piece: Piece | null = target ? null : this.memory.piece(text, family, protocol)
      if (!piece) return null
      if ('match' in piece) matches.push(piece.match)
      else if ('target' in piece) target = piece.target
      else if (matches.length > 0 || !merge(found, piece.ip)) return null
      else if (piece.ip.protocol) protocol = piece.ip.protocol.negated ? null : piece.ip.protocol.value
    }
    // An array that grew by push() has room for many more.
    return { ip: inOrder(found), matches: matches.slice(), target }
  }
}

/** Pieces that were read lately, by a number made of their text: the next of that number takes the place. */
class PieceMemory {
  private readonly kept: (Kept | undefined)[] = new Array<undefined>(PLACES).fill(undefined)

  piece(text: string, family: Family, protocol: number | null): Piece | null {
    const { length } = text
    const at = (length * 67 + text.charCodeAt(length - 1) * 31 + text.charCodeAt(length >> 1) * 7 + text.charCodeAt(3)) & (PLACES - 1)
    const kept = this.kept[at]
    // Names of services depend on the protocol.
    if (kept?.text === text && kept.family === family && kept.protocol === protocol) return kept.piece
    const piece = readPiece(text, family, protocol)
    this.kept[at] = { text, family, protocol, piece }
    return piece
  }
}

/** A power of two. */
const PLACES = 1024

interface Kept {
  readonly text: string
  readonly family: Family
  readonly protocol: number | null
  readonly piece: Piece | null
}

type IpDraft = { -readonly [Key in keyof IpMatch]: IpMatch[Key] }

/** In the order of parseIp: rules are compared as JSON (-D). */
function inOrder(draft: IpDraft): IpMatch {
  const ip: IpDraft = {}
  assign(ip, draft)
  return ip
}

/** False where the condition is given twice. */
function merge(ip: IpDraft, more: IpMatch): boolean {
  const { source, destination, in: input, out, protocol, fragment } = more
  if ((source && ip.source) || (destination && ip.destination) || (input && ip.in) || (out && ip.out) || (protocol && ip.protocol) || (fragment && ip.fragment)) return false
  assign(ip, more)
  return true
}

/** Named one by one: there may be very many rules. */
function assign(ip: IpDraft, { protocol, source, destination, in: input, out, fragment }: IpMatch): void {
  if (protocol) ip.protocol = protocol
  if (source) ip.source = source
  if (destination) ip.destination = destination
  if (input) ip.in = input
  if (out) ip.out = out
  if (fragment) ip.fragment = fragment
}

function readPiece(text: string, family: Family, protocol: number | null): Piece | null {
  const negated = text.startsWith('! ')
  const flag = text.charAt(negated ? 3 : 1)
  const rest = text.slice(negated ? 5 : 3)
  if (rest.startsWith('-') || rest.startsWith('! ') || rest === '!') return null
  if (flag === 'm' || flag === 'j' || flag === 'g') return negated ? null : readExtension(flag, rest, family, protocol)
  if (rest.includes(' ') || rest.includes('"')) return null
  switch (flag) {
    case 's': return addressPiece('source', rest, family, negated)
    case 'd': return addressPiece('destination', rest, family, negated)
    case 'i': return rest === '' || rest === '+' ? null : { ip: { in: { value: rest, negated } } }
    case 'o': return rest === '' || rest === '+' ? null : { ip: { out: { value: rest, negated } } }
    case 'p': return protocolPiece(rest, negated)
    default: return null
  }
}

function addressPiece(key: 'source' | 'destination', text: string, family: Family, negated: boolean): Piece | null {
  if (family === 4 && HOST.test(text)) return { ip: { [key]: { value: text, negated } } }
  const prefix = parsePrefix(text)
  return prefix?.address.family === family && prefixLength(prefix.mask) !== 0 ? { ip: { [key]: { value: printPrefix(prefix), negated } } } : null
}

function protocolPiece(text: string, negated: boolean): Piece | null {
  const value = parseProtocol(text)
  return value === null || value === 0 ? null : { ip: { protocol: { value, negated } } }
}

function readExtension(flag: 'm' | 'j' | 'g', rest: string, family: Family, protocol: number | null): Piece | null {
  const end = rest.indexOf(' ')
  const name = end < 0 ? rest : rest.slice(0, end)
  if (name === '' || name.includes('"')) return null
  const extension = flag === 'm' ? matchExtension(name) : targetExtension(name)
  if (!extension) return flag === 'm' || end >= 0 ? null : { target: { kind: flag === 'g' ? 'goto' : 'jump', chain: name } }
  const options = end < 0 ? [] : optionsOf(rest.slice(end + 1), extension.options)
  if (!options || flag === 'g') return null
  const reader = new OptionReader(options, family, protocol)
  const info = extension.parse(reader)
  if (reader.problems.length > 0 || reader.left().length > 0) return null
  return flag === 'm' ? { match: { name: extension.name, info } } : { target: { kind: 'extension', name, info } }
}

/** The options of one extension; null where a word is none of its own, or lacks its values. */
function optionsOf(text: string, counts: Readonly<Record<string, number>>): Option[] | null {
  const words = wordsOf(text)
  const options: Option[] = []
  for (let at = 0; at < words.length; ) {
    const negated = words[at]?.text === '!' && words[at]?.type === 'bare'
    const flag = words[negated ? at + 1 : at]
    const count = flag?.type === 'bare' && Object.hasOwn(counts, flag.text) ? counts[flag.text] : undefined
    if (!flag || count === undefined) return null
    const from = at + (negated ? 2 : 1)
    const args = words.slice(from, from + count)
    if (args.length < count || args.some(isNoValue)) return null
    options.push({ flag, negated, args })
    at = from + count
  }
  return options
}

interface SavedWord extends Word {
  readonly type: 'bare' | 'quoted'
}

/** A "!" belongs to what follows, and what begins with a dash may be a flag. */
const isNoValue = ({ text, type }: SavedWord): boolean => type === 'bare' && (text === '!' || text.startsWith('-'))

function wordsOf(text: string): SavedWord[] {
  const words: SavedWord[] = []
  for (let at = 0; at < text.length; ) {
    const quoted = text.charAt(at) === '"'
    const found = text.indexOf(quoted ? '"' : ' ', at + 1)
    const end = found < 0 ? text.length : found
    words.push({ type: quoted ? 'quoted' : 'bare', text: text.slice(quoted ? at + 1 : at, end), column: 0, length: 0 })
    at = end + (quoted ? 2 : 1)
  }
  return words
}
