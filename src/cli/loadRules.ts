import { repairConnmark } from '../istio/connmarkMisprint.ts'
import type { InputFile } from '../host/inputFile.ts'
import type { RuleState } from '../host/ruleState.ts'
import { readTranscript } from '../host/readTranscript.ts'
import type { Transcript } from '../host/readTranscript.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'
import { restoreInterfaces } from '../istio/unshownInterfaces.ts'
import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import type { EnvoyConfig } from '../proxy/envoy/envoyConfig.ts'
import { link } from '../ruleset/link.ts'
import { saveTextOfJson } from '../ruleset/rulesetJson.ts'
import { parseCount } from './connectionOptions.ts'
import { readInput } from './readInput.ts'
import { shownConfig } from './shownConfig.ts'
import { UsageError } from './usageError.ts'

/** Input read, one state of it chosen, and everything that was noticed. */
export interface LoadedRules {
  readonly state: RuleState
  readonly facts: Transcript['facts']
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
  const input = files.map((file) => ({ ...file, text: saveTextOfJson(file.text) ?? file.text }))
  const { value, diagnostics } = readTranscript(input)
  const refused = diagnostics.find(({ severity }) => severity === 'error')
  // The generator is loaded only where it is wanted.
  if (refused) return (await import('./generatedRules.ts')).generatedRules(input, value.facts, options.istio) ?? fail(refused, diagnostics)
  const state = chosenState(value, diagnostics, options.state)
  const read = state.rulesets.map((ruleset) => repaired(ruleset, options.assume))
  const rulesets = read.map((each) => each.value)
  const shown = await shownConfig(input)
  return { state: { ...state, rulesets }, facts: value.facts, envoy: shown.value, diagnostics: [...diagnostics, ...read.flatMap((each) => each.diagnostics), ...rulesets.flatMap(link), ...shown.diagnostics] }
}

/** What the text's form has lost, put back where it is certain; `--assume CODE=literal` leaves it as the text has it. */
function repaired(ruleset: Ruleset, assume: LoadOptions['assume']): Read<Ruleset> {
  const repairs = [['connmark-misprint', repairConnmark], ['interfaces-unshown', restoreInterfaces]] as const
  return repairs.filter(([code]) => assume[code] !== 'literal').reduce<Read<Ruleset>>(({ value, diagnostics }, [, repair]) => {
    const next = repair(value)
    return { value: next.value, diagnostics: [...diagnostics, ...next.diagnostics] }
  }, { value: ruleset, diagnostics: [] })
}

const fail = (diagnostic: Diagnostic, all: readonly Diagnostic[]): never => {
  throw new UsageError(oneLine(diagnostic), diagnostic.code, all)
}

function chosenState({ states }: Transcript, diagnostics: readonly Diagnostic[], asked: string | undefined): RuleState {
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
