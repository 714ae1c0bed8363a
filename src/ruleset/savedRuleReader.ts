import type { Option, Word } from '../../grammar/ast.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import { OptionReader } from '../extensions/optionReader.ts'
import type { Family } from '../net/address.ts'
import { parsePrefix, prefixLength, printPrefix } from '../net/prefix.ts'
import { parseProtocol } from '../net/protocol.ts'
import type { Counters, IpMatch, Match, Target } from '../netfilter/ruleset.ts'
import { savedPieceEnd } from './savedPieceEnd.ts'
import type { RuleMeaning } from './sameListedRules.ts'

/** A rule and the chain it is appended to. */
export interface SavedRule {
  readonly chain: string
  readonly meaning: RuleMeaning
  readonly counters: Counters | null
}

/** What one flag with all behind it says: "-s 10.0.0.0/8", "-m tcp --dport 80", "-j DNAT --to-destination 10.0.0.1:80". */
type Piece = { readonly ip: IpMatch } | { readonly match: Match; readonly alone: readonly Match[] } | { readonly target: Target }

const HOST = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!\/)|(?=\/32$))){4}\/32$/

/**
 * Reads rules in the very form iptables-save prints them: each piece of a line is read by itself, and one that was read before is
 * taken from memory. Any other line is null, and is the grammar's; what this gives is what the grammar gives (held equal by a test).
 */
export class SavedRuleReader {
  private readonly memory = new PieceMemory()
  /** The chain of the rule read last: rules of one chain stand together. */
  private chain = ''

  read(text: string, family: Family): SavedRule | null {
    const counted = text.charCodeAt(0) === OPEN ? COUNTERS.exec(text) : null
    const from = counted ? counted[0].length : 0
    if (!text.startsWith('-A ', from) || text.charCodeAt(text.length - 1) === BLANK || ODD.test(text)) return null
    const chain = this.chainAt(text, from + 3)
    const meaning = chain === null ? null : this.meaning(text, from + 4 + chain.length, family)
    return chain === null || meaning === null ? null : { chain, meaning, counters: counted && { packets: Number(counted[1]), bytes: Number(counted[2]) } }
  }

  private chainAt(text: string, from: number): string | null {
    if (text.startsWith(this.chain, from) && this.chain !== '' && text.charCodeAt(from + this.chain.length) === BLANK) return this.chain
    const blank = text.indexOf(' ', from)
    const chain = text.slice(from, blank < 0 ? text.length : blank)
    if (!CHAIN.test(chain)) return null
    this.chain = chain
    return chain
  }

  private meaning(text: string, from: number, family: Family): RuleMeaning | null {
    let ip: IpMatch | null = UNCONDITIONAL
    let matches: readonly Match[] = NO_MATCHES
    let protocol: number | null = null
    for (let start = from; start < text.length; ) {
      const end = savedPieceEnd(text, start)
      const piece: Piece | null = end < 0 ? null : this.memory.piece(text, { start, end }, family, protocol)
      if (!piece) return null
      start = end + 1
      if ('target' in piece) return start > text.length ? { ip, matches, target: piece.target } : null
      if ('match' in piece) matches = matches.length === 0 ? piece.alone : [...matches, piece.match]
      else {
        ip = matches.length > 0 ? null : both(ip, piece.ip)
        if (!ip) return null
        if (piece.ip.protocol) protocol = piece.ip.protocol.negated ? null : piece.ip.protocol.value
      }
    }
    return { ip, matches, target: null }
  }
}

const BLANK = 0x20
const BANG = 0x21
const QUOTE = 0x22
const DASH = 0x2d
const OPEN = 0x5b

/** "[12:3456] "; counters only where they are exact as a number. */
const COUNTERS = /^\[(\d{1,15}):(\d{1,15})\] (?=-A )/
const CHAIN = /^[\w.:][\w.:-]*$/
/** All but printable characters, and of these the three a lexer looks at twice: ' = \ */
const ODD = /[^ -&(-<>-[\]-~]/

const UNCONDITIONAL: IpMatch = {}
const NO_MATCHES: readonly Match[] = []

/** Pieces that were read lately, by a number made of their text: the next of that number takes the place. */
class PieceMemory {
  private readonly kept: (Kept | undefined)[] = new Array<undefined>(PLACES).fill(undefined)

  piece(line: string, { start, end }: Extent, family: Family, protocol: number | null): Piece | null {
    const length = end - start
    const at = (length * 67 + line.charCodeAt(end - 1) * 31 + line.charCodeAt(start + (length >> 1)) * 7 + line.charCodeAt(start + 3)) & (PLACES - 1)
    const kept = this.kept[at]
    // Names of services depend on the protocol.
    if (kept?.text.length === length && kept.family === family && kept.protocol === protocol && line.startsWith(kept.text, start)) return kept.piece
    const text = line.slice(start, end)
    const piece = readPiece(text, family, protocol)
    this.kept[at] = { text, family, protocol, piece }
    return piece
  }
}

/** Where in its line a piece stands. */
interface Extent {
  readonly start: number
  readonly end: number
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

/** In the order of parseIp, for rules are compared as JSON (-D); null where a condition is given twice. Named one by one: there may be very many rules. */
function both(one: IpMatch, other: IpMatch): IpMatch | null {
  if (one === UNCONDITIONAL) return other
  const [protocol, source, destination] = [one.protocol ?? other.protocol, one.source ?? other.source, one.destination ?? other.destination]
  const [input, out, fragment] = [one.in ?? other.in, one.out ?? other.out, one.fragment ?? other.fragment]
  const ip: IpDraft = {}
  if (protocol) ip.protocol = protocol
  if (source) ip.source = source
  if (destination) ip.destination = destination
  if (input) ip.in = input
  if (out) ip.out = out
  if (fragment) ip.fragment = fragment
  return isTwice(one, other) ? null : ip
}

const isTwice = (one: IpMatch, other: IpMatch): boolean =>
  Boolean((one.source && other.source) || (one.destination && other.destination) || (one.in && other.in) || (one.out && other.out) || (one.protocol && other.protocol) || (one.fragment && other.fragment))

/** By character codes and without needless slices: a large dump has some hundred thousand different pieces. */
function readPiece(text: string, family: Family, protocol: number | null): Piece | null {
  const negated = text.charCodeAt(0) === BANG
  const from = negated ? 5 : 3
  const first = text.charCodeAt(from)
  if (first === DASH || (first === BANG && (text.length === from + 1 || text.charCodeAt(from + 1) === BLANK))) return null
  const flag = text.charAt(from - 2)
  if (flag === 'm' || flag === 'j' || flag === 'g') return negated ? null : readExtension(flag, text, family, protocol)
  const value = text.slice(from)
  return value.includes(' ') || value.includes('"') ? null : ipPiece(flag, value, family, negated ? 'negated' : 'plain')
}

type Sign = 'negated' | 'plain'

function ipPiece(flag: string, value: string, family: Family, sign: Sign): Piece | null {
  const negated = sign === 'negated'
  switch (flag) {
    case 's': {
      const source = addressOf(value, family)
      return source === null ? null : { ip: { source: { value: source, negated } } }
    }
    case 'd': {
      const destination = addressOf(value, family)
      return destination === null ? null : { ip: { destination: { value: destination, negated } } }
    }
    case 'i': return value === '' || value === '+' ? null : { ip: { in: { value, negated } } }
    case 'o': return value === '' || value === '+' ? null : { ip: { out: { value, negated } } }
    case 'p': return protocolPiece(value, negated ? 'negated' : 'plain')
    default: return null
  }
}

/** As it is printed; null for none of this family, and for one that takes every address. */
function addressOf(text: string, family: Family): string | null {
  if (family === 4 && HOST.test(text)) return text
  const prefix = parsePrefix(text)
  return prefix?.address.family === family && prefixLength(prefix.mask) !== 0 ? printPrefix(prefix) : null
}

function protocolPiece(text: string, sign: Sign): Piece | null {
  const value = parseProtocol(text)
  return value === null || value === 0 ? null : { ip: { protocol: { value, negated: sign === 'negated' } } }
}

function readExtension(flag: 'm' | 'j' | 'g', text: string, family: Family, protocol: number | null): Piece | null {
  const end = text.indexOf(' ', 3)
  const name = text.slice(3, end < 0 ? text.length : end)
  if (name === '' || name.includes('"')) return null
  const extension = flag === 'm' ? matchExtension(name) : targetExtension(name)
  if (!extension) return flag === 'm' || end >= 0 ? null : { target: { kind: flag === 'g' ? 'goto' : 'jump', chain: name } }
  const options = end < 0 ? [] : optionsOf(text, end + 1, extension.options)
  if (!options || flag === 'g') return null
  const reader = new OptionReader(options, family, protocol)
  const info = extension.parse(reader)
  if (reader.problems.length > 0 || reader.left().length > 0) return null
  if (flag === 'j') return { target: { kind: 'extension', name, info } }
  const match = { name: extension.name, info }
  return { match, alone: [match] }
}

/** The options of one extension, from a place on; null where a word is none of its own, or lacks its values. */
function optionsOf(text: string, from: number, counts: Readonly<Record<string, number>>): Option[] | null {
  const options: Option[] = []
  for (let at = from; at < text.length; ) {
    const negated = text.charCodeAt(at) === BANG && text.charCodeAt(at + 1) === BLANK
    const flag = wordAt(text, negated ? at + 2 : at)
    const count = flag.type === 'bare' && Object.hasOwn(counts, flag.text) ? (counts[flag.text] ?? 0) : -1
    at = behind(flag, negated ? at + 2 : at)
    const args: SavedWord[] = []
    for (; args.length < count; at = behind(args[args.length - 1] ?? flag, at)) {
      const word = at < text.length ? wordAt(text, at) : null
      if (!word || isNoValue(word)) return null
      args.push(word)
    }
    if (count < 0) return null
    options.push({ flag, negated, args })
  }
  return options
}

interface SavedWord extends Word {
  readonly type: 'bare' | 'quoted'
}

/** A "!" belongs to what follows, and what begins with a dash may be a flag. */
const isNoValue = ({ text, type }: SavedWord): boolean => type === 'bare' && (text === '!' || text.startsWith('-'))

function wordAt(text: string, at: number): SavedWord {
  const quoted = text.charCodeAt(at) === QUOTE
  const found = text.indexOf(quoted ? '"' : ' ', at + 1)
  const end = found < 0 ? text.length : found
  return { type: quoted ? 'quoted' : 'bare', text: text.slice(quoted ? at + 1 : at, end), column: 0, length: 0 }
}

/** Where the next word begins. */
const behind = ({ type, text }: SavedWord, at: number): number => at + text.length + (type === 'quoted' ? 3 : 1)
