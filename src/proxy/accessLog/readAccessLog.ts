import type { InputFile } from '../../host/inputFile.ts'
import { isBinary } from '../../host/binaryInput.ts'
import { ColumnMap } from '../../host/columnMap.ts'
import { readLines } from '../../host/readLines.ts'
import type { Diagnostic, Read } from '../../netfilter/diagnostic.ts'
import type { Span } from '../../netfilter/span.ts'
import { spanAt } from '../../ruleset/sourceLine.ts'
import type { SourceLine } from '../../ruleset/sourceLine.ts'
import type { AccessLogEntry } from './accessLogEntry.ts'
import { fieldsOfJson } from './jsonEntry.ts'
import { jsonObjectAt } from './jsonObject.ts'
import type { Place } from './jsonObject.ts'
import { isLoggedAddress } from './loggedEndpoint.ts'
import { otherAccessLog } from './otherAccessLog.ts'
import { readTextLine, TEXT_BEGIN } from './textLine.ts'

/** What access logs say, in the order of the text. */
export interface AccessLog {
  readonly entries: readonly AccessLogEntry[]
  /** Lines that are something else: prose, prompts, other programs' logs. */
  readonly passedOver: number
}

/** Reads access logs in Istio's formats, text and JSON, out of whatever stands round them. */
export function readAccessLog(files: readonly InputFile[]): Read<AccessLog> {
  const read = files.map(readFile)
  const entries = read.flatMap(({ value }) => value.entries)
  const diagnostics = read.flatMap((each) => each.diagnostics)
  return { value: { entries, passedOver: read.reduce((sum, { value }) => sum + value.passedOver, 0) }, diagnostics: entries.length > 0 ? diagnostics : [...diagnostics, NOTHING] }
}

const NOTHING: Diagnostic = { code: 'nothing-recognised', severity: 'error', message: 'no line of an Envoy access log was recognised: Istio\'s text format, or JSON with its keys', span: null }

function readFile(file: InputFile): Read<AccessLog> {
  if (isBinary(file.text)) return { value: { entries: [], passedOver: 0 }, diagnostics: [{ code: 'binary-input', severity: 'error', message: 'this is no text; it is not read', span: { file: file.name, line: 1, column: 1, length: 1 } }] }
  const columns = new ColumnMap()
  const reader = new FileReader()
  const lines = [...readLines(file, columns, reader.diagnostics)]
  reader.read(lines)
  const entries = reader.entries.map((entry) => ({ ...entry, span: columns.original(entry.span) }))
  return { value: { entries, passedOver: reader.passedOver }, diagnostics: [...reader.diagnostics, ...reader.others()].map((each) => columns.diagnostic(each)) }
}

/** A request and its response code, as access logs of every format have them. */
const LIKE_A_LOG = /"(?:[A-Z]{3,10} \S+ HTTP\/\d(?:\.\d)?|- - -)" (?:\d{1,3}|-) /
/** A key that only access logs have. */
const KEY = /"(?:(?:up|down)stream_(?:remote|local)_address|upstream_(?:host|cluster)|response_flags)"\s*:/
const BRACE = /\{\s*(?:"|\/\/|$)/g
/** From an object's brace to the first such key. */
const FARTHEST = 200
/** Objects with fewer of Istio's keys are something else. */
const FEWEST = 3

class FileReader {
  readonly entries: AccessLogEntry[] = []
  readonly diagnostics: Diagnostic[] = []
  passedOver = 0
  private lines: readonly SourceLine[] = []
  /** For each line the next one with a key. */
  private keys: readonly number[] = []
  private readonly foreign = new Map<string, { readonly span: Span; count: number }>()

  read(lines: readonly SourceLine[]): void {
    this.lines = lines
    this.keys = nextKeys(lines)
    for (let at: Place = { line: 0, column: 0 }; at.line < lines.length;) at = this.step(at)
  }

  /** One diagnostic for each other program, however many lines it wrote. */
  others(): Diagnostic[] {
    return [...this.foreign].map(([name, { span, count }]) => ({ code: 'other-access-log', severity: 'info', message: `${count === 1 ? 'a line is' : `${count} lines are`} of the access log of ${name}; only Envoy's are explained`, span }))
  }

  private step(at: Place): Place {
    const source = this.lines[at.line]
    const next = { line: at.line + 1, column: 0 }
    if (!source) return next
    const begin = at.column === 0 ? source.text.search(TEXT_BEGIN) : -1
    if (begin >= 0) {
      this.textLine(source, begin)
      return next
    }
    const brace = this.braceFrom(source, at)
    if (brace >= 0) return this.object(source, { line: at.line, column: brace })
    if (at.column === 0) this.passOver(source)
    return next
  }

  private textLine(source: SourceLine, begin: number): void {
    const line = readTextLine(source.text.slice(begin).trimEnd())
    if ('problem' in line) this.unreadable(line.problem, spanAt(source, begin + line.at + 1, source.text.length - begin - line.at))
    else this.entries.push({ form: { kind: 'text', since: line.since }, fields: line.fields, span: spanAt(source, begin + 1, source.text.trimEnd().length - begin) })
  }

  private braceFrom({ text }: SourceLine, { line, column }: Place): number {
    if (!((this.keys[line] ?? Infinity) - line <= FARTHEST)) return -1
    BRACE.lastIndex = column
    return BRACE.exec(text)?.index ?? -1
  }

  /** An object that is no entry may have one inside it. */
  private object(source: SourceLine, at: Place): Place {
    const found = jsonObjectAt(this.lines, at)
    const inside = { line: at.line, column: at.column + 1 }
    const own = KEY.test(found.text) && found.text.indexOf('{', 1) < 0
    const span = spanAt(source, at.column + 1, 1)
    if ('problem' in found) {
      if (own) this.unreadable(found.problem, span)
      return inside
    }
    const { fields, known } = fieldsOfJson(found.members)
    const problem = known < FEWEST ? `it has ${known} of the fields of Istio's format, too few to tell anything` : oddAddress(fields)
    if (known < FEWEST && !own) return inside
    if (found.members.some(([, value]) => typeof value === 'string' && /^%[A-Z_]+/.test(value))) this.diagnostics.push({ code: 'access-log-format', severity: 'info', message: 'this is the format of an access log, not a line of one', span })
    else if (problem !== null) this.unreadable(problem, span)
    else this.entries.push({ form: { kind: 'json', members: found.members }, fields, span })
    return found.next
  }

  private passOver(source: SourceLine): void {
    if (source.text.trim() === '') return
    this.passedOver += 1
    const span = spanAt(source, 1, source.text.length)
    const other = otherAccessLog(source.text)
    const seen = other === null ? undefined : this.foreign.get(other)
    if (seen) seen.count += 1
    else if (other !== null) this.foreign.set(other, { span, count: 1 })
    else if (LIKE_A_LOG.test(source.text)) this.unreadable('it has no [START_TIME] before the request, or one of another form (a format of its own?)', span)
  }

  private unreadable(problem: string, span: Span): void {
    this.diagnostics.push({ code: 'unreadable-log-line', severity: 'warning', message: `this looks like a line of an access log and cannot be read: ${problem}`, span })
  }
}

function oddAddress(fields: AccessLogEntry['fields']): string | null {
  const odd = [fields.upstream_local_address, fields.downstream_local_address, fields.downstream_remote_address].find((each) => each !== null && each !== '' && !isLoggedAddress(each))
  return odd === undefined || odd === null ? null : `${JSON.stringify(odd)} stands where an address should`
}

function nextKeys(lines: readonly SourceLine[]): number[] {
  const next = new Array<number>(lines.length)
  for (let i = lines.length - 1, found = Infinity; i >= 0; i -= 1) {
    if (KEY.test(lines[i]?.text ?? '')) found = i
    next[i] = found
  }
  return next
}
