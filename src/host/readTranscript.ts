import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import { isBinary } from './binaryInput.ts'
import { ColumnMap } from './columnMap.ts'
import { describeInput } from './describeInput.ts'
import type { HostFacts } from './hostFacts.ts'
import type { InputFile } from './inputFile.ts'
import { isWorthReading } from './isWorthReading.ts'
import { readLines } from './readLines.ts'
import type { RuleState } from './ruleState.ts'
import { splitStates } from './splitStates.ts'
import { textFamily } from './textFamily.ts'
import { TranscriptReader } from './transcriptReader.ts'

/** What a terminal session shows of a network namespace. */
export interface Transcript {
  /** Sets of tables that belong together, in order of appearance. */
  readonly states: readonly RuleState[]
  readonly facts: HostFacts
}

/** A pod without interception: iptables-save prints nothing where no table was ever used. */
const NO_RULES: RuleState = { rulesets: [], dumps: [] }

/** Reads terminal sessions, dumps and pages that quote them; several files add up. */
export function readTranscript(files: readonly InputFile[]): Read<Transcript> {
  const reader = new TranscriptReader()
  const columns = new ColumnMap()
  const refused = files.flatMap((file) => readFile(file, reader, columns))
  const dumps = reader.dumps().map((dump) => columns.dump(dump))
  const split = splitStates(dumps)
  const states = split.value.length === 0 && reader.savedNothing ? [NO_RULES] : split.value
  const facts = reader.facts.value(dumps)
  const nothing = states.length === 0 ? [nothingRecognised(files, facts)] : []
  const diagnostics = [...refused, ...reader.diagnostics().map((each) => columns.diagnostic(each)), ...split.diagnostics, ...hiddenTables(facts), ...noRules(states), ...nothing]
  return { value: { states, facts }, diagnostics }
}

function readFile(file: InputFile, reader: TranscriptReader, columns: ColumnMap): readonly Diagnostic[] {
  if (isBinary(file.text)) return [{ code: 'binary-input', severity: 'error', message: 'this is no text; it is not read', span: { file: file.name, line: 1, column: 1, length: 1 } }]
  if (!isWorthReading(file.text)) return []
  reader.beginFile(textFamily(file.text))
  const diagnostics: Diagnostic[] = []
  for (const line of readLines(file, columns, diagnostics, (name, number, text) => reader.readSaved(name, number, text))) reader.read(line)
  return diagnostics
}

function nothingRecognised(files: readonly InputFile[], facts: HostFacts): Diagnostic {
  const seen = files.map((file) => `${file.name}: ${describeInput(file.text, facts)}`).join('; ') || 'no input'
  const [first] = files
  return { code: 'nothing-recognised', severity: 'error', message: `no iptables rules were found (${seen}); give what iptables-save or iptables -t TABLE -L -v -n prints`, span: first ? { file: first.name, line: 1, column: 1, length: 1 } : null }
}

const noRules = (states: readonly RuleState[]): Diagnostic[] =>
  states.includes(NO_RULES) ? [{ code: 'no-rules', severity: 'info', message: 'iptables-save printed nothing: there are no rules', span: null }] : []

/** iptables-nft says when the kernel runs legacy tables beside its own. */
function hiddenTables({ backends }: HostFacts): Diagnostic[] {
  if (!backends.legacyTablesPresent || backends.seen.includes('legacy')) return []
  return [{ code: 'legacy-tables-hidden', severity: 'warning', message: 'iptables-nft warned that there are iptables-legacy tables too, which the text does not show: the kernel runs both (iptables-legacy-save prints them)', span: null }]
}
