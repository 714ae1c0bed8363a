import type { SourceLine } from '../../ruleset/sourceLine.ts'
import type { JsonMember } from './accessLogEntry.ts'

/** A place in the input: lines and columns count from 0. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A JSON object and where the text behind it goes on, or why there is none, with what was read of it. */
export type FoundObject = { readonly members: readonly JsonMember[]; readonly text: string; readonly next: Place } | { readonly problem: string; readonly text: string }

/** An access log's object is flat but for what filters add. */
const DEEPEST = 16
const MOST_LINES = 200
const LONGEST = 65_536

/** The JSON object that begins at a brace, over as many lines as it takes; what stands behind "//" in them is no part of it. */
export function jsonObjectAt(lines: readonly SourceLine[], { line, column }: Place): FoundObject {
  const scan = new BraceScan()
  let text = ''
  for (let i = line; i < lines.length && i < line + MOST_LINES && text.length < LONGEST; i += 1) {
    const part = (lines[i]?.text ?? '').slice(i === line ? column : 0)
    const { taken, state } = scan.line(part)
    text += `${part.slice(0, taken)}\n`
    if (state === 'closed') return parsed(text, { line: i, column: (i === line ? column : 0) + taken })
    if (state === 'too deep') return { problem: `its braces are nested more than ${DEEPEST} deep`, text }
    if (state === 'open string') return { problem: 'a string in it has no end', text }
  }
  return { problem: 'its closing brace is missing', text }
}

type ScanState = 'open' | 'closed' | 'too deep' | 'open string'

/** Counts braces outside of strings. */
class BraceScan {
  private depth = 0

  /** How many characters of the line belong to the object. */
  line(text: string): { readonly taken: number; readonly state: ScanState } {
    for (let i = 0; i < text.length; i += 1) {
      const character = text.charAt(i)
      if (character === '"') {
        i = stringEnd(text, i)
        if (i < 0) return { taken: text.length, state: 'open string' }
      } else if (character === '/' && text.charAt(i + 1) === '/') return { taken: i, state: 'open' }
      else if (character === '{' || character === '[') this.depth += 1
      else if (character === '}' || character === ']') this.depth -= 1
      if (this.depth === 0) return { taken: i + 1, state: 'closed' }
      if (this.depth > DEEPEST) return { taken: i, state: 'too deep' }
    }
    return { taken: text.length, state: 'open' }
  }
}

/** The closing quote of a string; -1 when the line ends first. */
function stringEnd(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i += 1) {
    const character = text.charAt(i)
    if (character === '"') return i
    if (character === '\\') i += 1
  }
  return -1
}

function parsed(text: string, next: Place): FoundObject {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { members: Object.entries(value), text, next } : { problem: 'it is no JSON object', text }
  } catch {
    return { problem: 'it is not valid JSON', text }
  }
}
