import type { HostFacts } from '../host/hostFacts.ts'
import type { InputFile } from '../host/inputFile.ts'
import type { RuleState } from '../host/ruleState.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { EnvoyConfig } from '../proxy/envoy/envoyConfig.ts'
import { link } from '../ruleset/link.ts'
import { readRules } from '../world/readRules.ts'
import { repairedState } from '../world/repairedState.ts'
import { parseCount } from './connectionOptions.ts'
import { readInput } from './readInput.ts'
import { UsageError } from './usageError.ts'

/** Input read, one state of it chosen, and everything that was noticed. */
export interface LoadedRules {
  readonly state: RuleState
  readonly facts: HostFacts
  readonly diagnostics: readonly Diagnostic[]
  /** What the input shows of the proxy's configuration. */
  readonly envoy: EnvoyConfig | null
}

export interface LoadOptions {
  readonly state?: string
  /** For input that is arguments of istio-iptables. */
  readonly istio?: string
  /** Codes whose literal reading was asked for: { "connmark-misprint": "literal" }. */
  readonly assume: Readonly<Record<string, string>>
}

/** Reads dumps and transcripts and picks the state that was asked for. */
export const loadRules = (files: readonly string[], options: LoadOptions): Promise<LoadedRules> => loadInput(files.map(readInput), options)

/** The same of text that was read before. */
export async function loadInput(files: readonly InputFile[], options: LoadOptions): Promise<LoadedRules> {
  const { value: { states, facts, envoy }, diagnostics } = await readRules(files, options.istio)
  const refused = diagnostics.find(({ severity }) => severity === 'error')
  if (refused && states.length === 0) fail(refused, diagnostics)
  const literal = new Set(Object.keys(options.assume).filter((code) => options.assume[code] === 'literal'))
  const { value: state, diagnostics: noticed } = repairedState(chosenState(states, diagnostics, options.state), literal)
  return { state, facts, envoy: envoy.value, diagnostics: [...diagnostics, ...noticed, ...state.rulesets.flatMap(link), ...envoy.diagnostics] }
}

const fail = (diagnostic: Diagnostic, all: readonly Diagnostic[]): never => {
  throw new UsageError(oneLine(diagnostic), diagnostic.code, all)
}

function chosenState(states: readonly RuleState[], diagnostics: readonly Diagnostic[], asked: string | undefined): RuleState {
  const number = asked === undefined ? null : parseCount(asked, '--state', 9999)
  const [first] = states
  if (!first) throw new UsageError('no iptables rules were recognised in the input', 'nothing-recognised', diagnostics)
  if (number === null && states.length === 1) return first
  const state = number === null ? undefined : states[number - 1]
  if (state) return state
  const list = states.map((each, i) => `  --state ${i + 1}: ${each.dumps.map(({ table, family, origin }) => `${family === 6 ? 'IPv6 ' : ''}${table.name} (${origin.file}:${origin.firstLine}-${origin.lastLine})`).join(', ')}`)
  const what = number === null ? `the input shows ${states.length} states of the rules; pick one:` : `there is no state ${number}:`
  throw new UsageError([what, ...list].join('\n'), 'several-states', diagnostics)
}

/** "file:line:column: message": a diagnostic as one line. */
export function oneLine({ message, span }: Diagnostic): string {
  return span ? `${span.file}:${span.line}:${span.column}: ${message}` : message
}
