import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import { cleanLine } from './cleanLine.ts'
import type { ColumnMap } from './columnMap.ts'
import type { InputFile } from './inputFile.ts'

/** Longer lines are of no program read here. */
const LONGEST = 65_536

/** A command that goes on in the next line. */
const CONTINUED = /\bip6?tables\b.*\\\s*$/

/** Takes a line as it stands in the file, or leaves it to be cleaned. */
export type TakeLine = (file: string, line: number, text: string) => boolean

const takeNone: TakeLine = () => false

/** The lines of a file one after the other, cleaned, but for those that `take` takes as they are; commands continued by a backslash are one line. */
export function* readLines({ name, text }: InputFile, columns: ColumnMap, diagnostics: Diagnostic[], take: TakeLine = takeNone): Generator<SourceLine> {
  let blank = false
  let open: SourceLine | null = null
  const end = lineEnd(text)
  // Not split(): ten million empty lines would be ten million strings.
  for (let start = 0, i = 0; start <= text.length; i += 1) {
    const found = text.indexOf(end, start)
    const raw = text.slice(start, found < 0 ? text.length : found)
    start += raw.length + 1
    if (raw.length > LONGEST) {
      diagnostics.push({ code: 'line-too-long', severity: 'warning', message: `a line of ${raw.length} characters is not read`, span: { file: name, line: i + 1, column: 1, length: 1 } })
      continue
    }
    if (open === null && take(name, i + 1, raw)) {
      blank = false
      continue
    }
    // Of a run of blank lines the first ends whatever it ends.
    if (raw === '' && blank) continue
    const clean = cleanLine(raw)
    if (clean.columns) columns.set(name, i + 1, clean.columns)
    const line: SourceLine = open ? joined(open, clean.text) : { file: name, line: i + 1, text: clean.text }
    open = clean.text.includes('\\') && line.text.length < LONGEST && CONTINUED.test(line.text) ? line : null
    if (open) continue
    blank = line.text === ''
    yield line
  }
  if (open) yield open
}

const joined = (open: SourceLine, next: string): SourceLine => ({ ...open, text: `${open.text.replace(/\\\s*$/, '')}${next}` })

/** Carriage returns alone end lines only where nothing else does. */
const lineEnd = (text: string): string => (!text.includes('\n') && text.includes('\r') ? '\r' : '\n')
