import type { SourceLine } from '../ruleset/sourceLine.ts'

/** Reads what one kind of command prints, a line at a time. */
export interface SectionReader {
  /** False when the line is none of this reader's. */
  read(source: SourceLine): boolean
}
