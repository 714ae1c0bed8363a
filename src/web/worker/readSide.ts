import { describeInputSections, detectProfile, link, printable, readRules, recognisedIn, recognisedLines, repairedState } from '../core.ts'
import type { Diagnostic, EnvoyConfig, HostFacts, InputFile, Recognised, RuleState } from '../core.ts'
import type { DiagnosticView, GivenText, ReadAnswer, TableView } from './protocol.ts'
import { RuleRows } from './ruleRows.ts'
import { suggestionsFor } from './suggestions.ts'

/** What stays in the worker of a text that was read. */
export interface LoadedSide {
  readonly files: readonly InputFile[]
  readonly state: RuleState | null
  readonly facts: HostFacts
  readonly envoy: EnvoyConfig | null
  readonly recognised: Recognised | null
  readonly rows: RuleRows
  readonly diagnostics: readonly Diagnostic[]
}

export interface SideAsked {
  readonly files: readonly GivenText[]
  /** From 0, where the text shows several. */
  readonly state: number
  readonly istio: string
}

/** No page shows more. */
const MOST_DIAGNOSTICS = 200

const SERIOUSNESS = { error: 0, warning: 1, info: 2 } as const

/** Reads a side and says what was recognised in it. */
export async function readSide({ files: given, state: asked, istio }: SideAsked): Promise<{ readonly side: LoadedSide; readonly answer: ReadAnswer }> {
  const files = await Promise.all(given.map(inputFile))
  const { value: { states, facts, envoy }, diagnostics: read } = await readRules(files, istio.trim() || undefined)
  const chosen = states[asked] ?? states[0] ?? null
  const repaired = chosen && repairedState(chosen)
  const state = repaired?.value ?? null
  const recognised = state && (await recognisedIn(state))
  const rows = new RuleRows(state?.rulesets ?? [])
  const blank = files.every(({ text }) => text.trim() === '')
  const linked = state?.rulesets.flatMap(link) ?? []
  const diagnostics = blank ? [] : [...read, ...(repaired?.diagnostics ?? []), ...linked, ...envoy.diagnostics]
  const side: LoadedSide = { files, state, facts, envoy: envoy.value, recognised, rows, diagnostics }
  return { side, answer: { ...recognition(side, states), characters: files.reduce((sum, { text }) => sum + text.length, 0), diagnostics: shown(diagnostics), diagnosticCount: diagnostics.length } }
}

function recognition({ state, facts, recognised, rows }: LoadedSide, states: readonly RuleState[]): Omit<ReadAnswer, 'characters' | 'diagnostics' | 'diagnosticCount'> {
  const rulesets = state?.rulesets ?? []
  const profile = detectProfile(rulesets, null)
  return {
    states: states.map(stateTitle),
    tables: rulesets.flatMap(({ family, tables }) => tables.map(({ name, chains }): TableView => ({ family, table: name, chains: chains.length, rules: chains.reduce((sum, { rules }) => sum + rules.length, 0) }))),
    rules: rows.rules,
    rows: rows.count,
    recognised: recognised ? recognisedLines(recognised) : [],
    mesh: profile.mesh,
    mode: state ? profile.mode : null,
    facts: describeInputSections(facts),
    suggestions: suggestionsFor(rulesets, facts, profile),
    madeBy: recognised ? { version: recognised.versions.at(-1)?.last ?? 'latest', args: recognised.args.join(' ') } : null,
  }
}

const stateTitle = ({ dumps, rulesets }: RuleState): string =>
  dumps.length > 0
    ? printable(dumps.map(({ table, family, origin }) => `${family === 6 ? 'IPv6 ' : ''}${table.name} (${origin.file}:${origin.firstLine}-${origin.lastLine})`).join(', '))
    : rulesets.flatMap(({ family, tables }) => tables.map(({ name }) => `${family === 6 ? 'IPv6 ' : ''}${name}`)).join(', ')

const shown = (diagnostics: readonly Diagnostic[]): readonly DiagnosticView[] =>
  diagnostics.toSorted((x, y) => SERIOUSNESS[x.severity] - SERIOUSNESS[y.severity]).slice(0, MOST_DIAGNOSTICS).map(({ code, severity, message, span, candidates = [] }) => ({
    code, severity, message: printable(message), file: span ? printable(span.file) : null, line: span?.line ?? null, column: span?.column ?? null, length: span?.length ?? null, candidates: candidates.slice(0, 8).map(printable),
  }))

async function inputFile({ name, content }: GivenText): Promise<InputFile> {
  return { name, text: typeof content === 'string' ? content : decoded(await content.arrayBuffer()) }
}

/** UTF-16 with a byte order mark is understood. */
function decoded(buffer: ArrayBuffer): string {
  const [first, second] = new Uint8Array(buffer, 0, Math.min(2, buffer.byteLength))
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  return new TextDecoder(encoding).decode(buffer)
}
