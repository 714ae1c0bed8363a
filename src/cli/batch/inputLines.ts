import { createReadStream } from 'node:fs'
import { TextDecoder } from 'node:util'
import { unreadable } from '../readInput.ts'
import type { LineTask } from './task.ts'

/** A longer line is no connection and no dump; it is not kept. */
const LONGEST = 1 << 26

/** Lines that come together are answered together, but not more than these. */
const MOST_TOGETHER = 64

/** The lines of a file, or of standard input for "-", as they come; blank ones are passed over. */
export async function* inputLines(name: string): AsyncGenerator<readonly LineTask[]> {
  const lines = new LineCutter()
  for await (const text of textOf(name)) yield* together(lines.cut(text))
  yield* together(lines.end())
}

function* together(lines: readonly LineTask[]): Generator<readonly LineTask[]> {
  for (let i = 0; i < lines.length; i += MOST_TOGETHER) yield lines.slice(i, i + MOST_TOGETHER)
}

/** UTF-16 with a byte order mark is understood, as in dumps. */
async function* textOf(name: string): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null
  try {
    for await (const bytes of name === '-' ? process.stdin : createReadStream(name)) {
      decoder ??= new TextDecoder(encodingOf(bytes))
      yield decoder.decode(bytes, { stream: true })
    }
  } catch (error) {
    throw unreadable(name, error)
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
}

/** Cuts text that comes in pieces into lines. */
class LineCutter {
  private number = 0
  private rest = ''
  private tooLong = false

  /** The lines that end in this piece. */
  cut(piece: string): LineTask[] {
    const [first = '', ...others] = piece.split('\n')
    this.add(first)
    return others.flatMap((text) => {
      const line = this.end()
      this.add(text)
      return line
    })
  }

  /** The line begun, if there is anything on it. */
  end(): LineTask[] {
    const text = this.tooLong ? null : this.rest
    this.number += 1
    this.rest = ''
    this.tooLong = false
    return text?.trim() === '' ? [] : [{ kind: 'line', number: this.number, text }]
  }

  private add(text: string): void {
    this.tooLong ||= this.rest.length + text.length > LONGEST
    this.rest = this.tooLong ? '' : this.rest + text
  }
}
