import type { Counters } from '../netfilter/ruleset.ts'

/** A rule's line cut before each of its flags of one letter. */
export interface CutRule {
  readonly chain: string
  readonly counters: Counters | null
  readonly pieces: readonly string[]
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

/** Cuts a line of plain characters, single blanks and closed quotes; null for any other, and for one that does not append a rule. */
export function cutSavedRule(text: string): CutRule | null {
  const counted = text.charCodeAt(0) === OPEN ? COUNTERS.exec(text) : null
  const from = counted ? counted[0].length : 0
  if (!text.startsWith('-A ', from) || ODD.test(text)) return null
  const blank = text.indexOf(' ', from + 3)
  const end = blank < 0 ? text.length : blank
  const chain = text.slice(from + 3, end)
  const pieces = CHAIN.test(chain) && text.charCodeAt(text.length - 1) !== BLANK ? piecesOf(text, end + 1) : null
  return pieces && { chain, counters: counted && { packets: Number(counted[1]), bytes: Number(counted[2]) }, pieces }
}

function piecesOf(text: string, from: number): string[] | null {
  const pieces: string[] = []
  for (let start = from; start < text.length; ) {
    const flag = text.charCodeAt(start) === BANG && text.charCodeAt(start + 1) === BLANK ? start + 2 : start
    const end = startsFlag(text, flag) ? pieceEnd(text, flag + 3) : -1
    if (end < 0) return null
    pieces.push(text.slice(start, end))
    start = end + 1
  }
  return pieces
}

/** Where the piece ends whose flag's value begins at `from`: before the next flag of one letter; -1 where a quote or blank is out of place. */
function pieceEnd(text: string, from: number): number {
  for (let at = from; ; ) {
    const word = text.charCodeAt(at)
    if (word === BLANK) return -1
    const end = word === QUOTE ? quoteEnd(text, at) : wordEnd(text, at)
    if (end < 0 || end === text.length) return end
    const next = end + 1
    if (startsFlag(text, next) || (text.charCodeAt(next) === BANG && text.charCodeAt(next + 1) === BLANK && startsFlag(text, next + 2))) return end
    at = next
  }
}

/** Behind the word at `at`; -1 where it has a quote in it. */
function wordEnd(text: string, at: number): number {
  let end = at
  for (let code = text.charCodeAt(end); code !== BLANK && end < text.length; code = text.charCodeAt(end)) {
    if (code === QUOTE) return -1
    end += 1
  }
  return end
}

/** Behind the quote that closes the one at `at`; -1 where no blank follows it. */
function quoteEnd(text: string, at: number): number {
  const end = text.indexOf('"', at + 1) + 1
  return end > 0 && (end === text.length || text.charCodeAt(end) === BLANK) ? end : -1
}

/** "-s ". */
const startsFlag = (text: string, at: number): boolean => text.charCodeAt(at) === DASH && isLetter(text.charCodeAt(at + 1)) && text.charCodeAt(at + 2) === BLANK

const isLetter = (code: number): boolean => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)
