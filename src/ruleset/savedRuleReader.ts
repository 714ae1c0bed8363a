import type { Family } from '../net/address.ts'
import type { Counters, IpMatch, Match, Negatable, Rule } from '../netfilter/ruleset.ts'
import { appended } from './appended.ts'
import { readSavedPiece } from './savedPiece.ts'
import type { SavedPiece } from './savedPiece.ts'
import { savedPieceEnd } from './savedPieceEnd.ts'
import type { SourceLine } from './sourceLine.ts'

/**
 * Reads rules in the very form iptables-save prints them: each piece of a line is read by itself, and one that was read before is
 * taken from memory. Any other line is null, and is the grammar's; what this gives is what the grammar gives (held equal by a test).
 */
export class SavedRuleReader {
  /** The chain the rule read last is appended to: rules of one chain stand together. */
  chain = ''
  private readonly memory = new PieceMemory()
  private readonly conditions = new SavedConditions()

  /** `expected` is the chain whose rule it may well be. */
  read(source: SourceLine, family: Family, expected: string): Rule | null {
    const { text } = source
    const counted = text.charCodeAt(0) === OPEN ? COUNTERS.exec(text) : null
    const from = counted ? counted[0].length : 0
    if (!text.startsWith('-A ', from) || text.charCodeAt(text.length - 1) === BLANK || !this.findChain(text, from + 3, expected)) return null
    const counters = counted && { packets: Number(counted[1]), bytes: Number(counted[2]) }
    return this.rule(source, from + 4 + this.chain.length, family, counters)
  }

  private findChain(text: string, from: number, expected: string): boolean {
    if (isWordAt(this.chain, text, from)) return true
    if (isWordAt(expected, text, from) && CHAIN.test(expected)) {
      this.chain = expected
      return true
    }
    const blank = text.indexOf(' ', from)
    const chain = text.slice(from, blank < 0 ? text.length : blank)
    if (!CHAIN.test(chain)) return false
    this.chain = chain
    return true
  }

  private rule(source: SourceLine, from: number, family: Family, counters: Counters | null): Rule | null {
    const { text } = source
    const { conditions } = this
    conditions.begin()
    for (let start = from; start < text.length; ) {
      const end = savedPieceEnd(text, start)
      const piece = end < 0 ? null : this.memory.piece(text, start, end, family, conditions.protocolNumber)
      if (!piece) return null
      start = end + 1
      if (piece.kind === 'target') return start > text.length ? ruleOf(conditions, piece.value, source, counters) : null
      if (!conditions.add(piece)) return null
    }
    return ruleOf(conditions, null, source, counters)
  }
}

const isWordAt = (word: string, text: string, at: number): boolean => word !== '' && text.startsWith(word, at) && text.charCodeAt(at + word.length) === BLANK

const BLANK = 0x20
const OPEN = 0x5b

/** "[12:3456] "; counters only where they are exact as a number. */
const COUNTERS = /^\[(\d{1,15}):(\d{1,15})\] (?=-A )/
const CHAIN = /^[\w.:][\w.:-]*$/
/** All but printable characters, and of these the three a lexer looks at twice: ' = \ */
const ODD = /[^ -&(-<>-[\]-~]/

/** Named one by one: a spread costs more than all else of a rule. */
function ruleOf(conditions: SavedConditions, target: Rule['target'], { file, line, text }: SourceLine, counters: Counters | null): Rule {
  const span = { file, line, column: 1, length: text.length }
  const { matches } = conditions
  const ip = conditions.ip()
  return counters ? { ip, matches, target, counters, span, text } : { ip, matches, target, span, text }
}

const UNCONDITIONAL: IpMatch = {}
const NO_MATCHES: readonly Match[] = []

type IpDraft = { -readonly [Key in keyof IpMatch]: IpMatch[Key] }

/** What a rule asks for, while its pieces are read; the same object for every rule, for there may be very many. */
class SavedConditions {
  matches: readonly Match[] = NO_MATCHES
  private protocol: Negatable<number> | null = null
  private source: Negatable<string> | null = null
  private destination: Negatable<string> | null = null
  private in: Negatable<string> | null = null
  private out: Negatable<string> | null = null
  /** "-p tcp" and no more, as the rule read last that asks for just that has it. */
  private protocolAlone: IpMatch = UNCONDITIONAL

  begin(): void {
    this.matches = NO_MATCHES
    this.protocol = this.source = this.destination = this.in = this.out = null
  }

  /** Names of services depend on it. */
  get protocolNumber(): number | null {
    return this.protocol === null || this.protocol.negated ? null : this.protocol.value
  }

  /** False where a condition is given twice, or one of -s -d -i -o -p behind a match. */
  add(piece: Exclude<SavedPiece, { kind: 'target' }>): boolean {
    if (piece.kind === 'match') {
      this.matches = this.matches.length === 0 ? piece.value : appended(this.matches, piece.value[0])
      return true
    }
    const { kind } = piece
    if (this[kind] !== null || this.matches.length > 0) return false
    if (kind === 'protocol') this.protocol = piece.value
    else this[kind] = piece.value
    return true
  }

  /** In the order of parseIp, for rules are compared as JSON (-D). */
  ip(): IpMatch {
    const { protocol, source, destination, in: input, out } = this
    if (!source && !destination && !input && !out) return protocol ? this.only(protocol) : UNCONDITIONAL
    const ip: IpDraft = {}
    if (protocol) ip.protocol = protocol
    if (source) ip.source = source
    if (destination) ip.destination = destination
    if (input) ip.in = input
    if (out) ip.out = out
    return ip
  }

  private only(protocol: Negatable<number>): IpMatch {
    if (this.protocolAlone.protocol !== protocol) this.protocolAlone = { protocol }
    return this.protocolAlone
  }
}

/** A power of two. */
const PLACES = 1024

/** Pieces that were read lately, by a number made of their text: the next of that number takes the place. */
class PieceMemory {
  private readonly texts: string[] = new Array<string>(PLACES).fill('')
  private readonly pieces: (SavedPiece | null)[] = new Array<null>(PLACES).fill(null)
  /** For which family and protocol they were read: names of services depend on the protocol. */
  private readonly askers = new Int32Array(PLACES)

  piece(line: string, start: number, end: number, family: Family, protocol: number | null): SavedPiece | null {
    const length = end - start
    const at = (length * 67 + line.charCodeAt(end - 1) * 31 + line.charCodeAt(start + (length >> 1)) * 7 + line.charCodeAt(start + 3)) & (PLACES - 1)
    const asker = family * 1024 + (protocol ?? 1023)
    const known = this.texts[at]
    if (known !== undefined && known.length === length && this.askers[at] === asker && line.startsWith(known, start)) return this.pieces[at] ?? null
    const text = line.slice(start, end)
    const piece = ODD.test(text) ? null : readSavedPiece(text, family, protocol)
    this.texts[at] = text
    this.askers[at] = asker
    this.pieces[at] = piece
    return piece
  }
}
