import type { Span } from '../netfilter/span.ts'

/** A line of the input, cleaned of what transport put round it (quoting, control sequences). */
export interface SourceLine {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  readonly text: string
}

/** The span of `length` characters from `column` (from 1) of a line. */
export const spanAt = ({ file, line }: SourceLine, column: number, length: number): Span => ({ file, line, column, length })

/** The span of a whole line, blanks round it left out. */
export function spanOf(source: SourceLine): Span {
  const text = source.text.trim()
  return spanAt(source, source.text.indexOf(text) + 1, text.length)
}
