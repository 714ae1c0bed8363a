import { controlSequenceEnd } from './controlSequence.ts'
import { mayBeDamagedRule, plainPunctuation } from './plainPunctuation.ts'

/** A line as the readers want it. */
export interface CleanLine {
  readonly text: string
  /** For each character of `text` and for its end, the column (from 1) it has in the input; null: the same. */
  readonly columns: readonly number[] | null
}

/** A character and its column. */
export interface Placed {
  readonly text: string
  readonly column: number
}

const ASCII = /^[\t -~]*$/
/** Letters of any script and their punctuation: nothing invisible, no odd blanks. */
const VISIBLE = /^[\t -~\u00a1-\u00ac\u00ae-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ufefe\uff01-\ufffc]*$/
const QUOTED = /^[\t ]*>(?=[\t >])[>\t ]*/

/** Takes off what terminals, mail and web pages put round and into a line: colours, quoting, odd blanks and dashes. */
export function cleanLine(line: string): CleanLine {
  const raw = line.endsWith('\r') ? line.slice(0, -1) : line
  if (ASCII.test(raw) || (VISIBLE.test(raw) && !mayBeDamagedRule(raw))) return { text: unquoted(raw), columns: null }
  const placed = plainPunctuation(printable(raw))
  return { text: unquoted(placed.map(({ text }) => text).join('')), columns: [...placed.map(({ column }) => column), raw.length + 1] }
}

/** "> > -A INPUT" with blanks for the quoting, so that columns stay. */
function unquoted(text: string): string {
  const quoted = MAY_BE_QUOTED.has(text.charCodeAt(0)) && text.includes('>') ? QUOTED.exec(text) : null
  return quoted ? ' '.repeat(quoted[0].length) + text.slice(quoted[0].length) : text
}

/** Blank, tab and ">". */
const MAY_BE_QUOTED: ReadonlySet<number> = new Set([0x20, 0x09, 0x3e])

const ESCAPE = 0x1b
const CSI = 0x9b
const BACKSPACE = 8
const TAB = 9

function printable(line: string): Placed[] {
  const kept: Placed[] = []
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at)
    if (code === ESCAPE || code === CSI) at = controlSequenceEnd(line, at) - 1
    else if (code === BACKSPACE) kept.pop()
    else if (code === TAB || !isInvisible(code)) kept.push({ text: isBlank(code) ? ' ' : line.charAt(at), column: at + 1 })
  }
  return kept
}

/** Control characters, soft hyphen, zero-width and direction marks, byte order mark. */
const isInvisible = (code: number): boolean =>
  code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0xad || (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2060 && code <= 0x2069) || code === 0xfeff

/** Non-breaking, typographic and ideographic blanks. */
const isBlank = (code: number): boolean =>
  code === 0xa0 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000
