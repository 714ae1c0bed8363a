import type { HostFacts } from '../host/hostFacts.ts'
import type { InputFile } from '../host/inputFile.ts'
import { readTranscript } from '../host/readTranscript.ts'
import type { RuleState } from '../host/ruleState.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import type { Read } from '../netfilter/diagnostic.ts'
import type { EnvoyConfig } from '../proxy/envoy/envoyConfig.ts'
import { shownConfig } from '../proxy/envoy/shownConfig.ts'
import { saveTextOfJson } from '../ruleset/rulesetJson.ts'

/** What texts show: states of the rules, or the rules that the arguments in them make; nothing where a diagnostic is an error. */
export interface RulesRead {
  readonly states: readonly RuleState[]
  readonly facts: HostFacts
  /** What is shown of the proxy's configuration, and what is said of it. */
  readonly envoy: Read<EnvoyConfig | null>
}

/** Reads dumps, transcripts, chainwalk's own JSON and arguments of istio-iptables. The generator is loaded only where it is wanted. */
export async function readRules(files: readonly InputFile[], istio: string | undefined): Promise<Read<RulesRead>> {
  const input = files.map((file) => ({ ...file, text: saveTextOfJson(file.text) ?? file.text }))
  const { value: { states, facts }, diagnostics } = readTranscript(input)
  if (!diagnostics.some(({ severity }) => severity === 'error')) return { value: { states, facts, envoy: await shownConfig(input) }, diagnostics }
  const made = (await import('./rulesOfArguments.ts')).rulesOfArguments(input, istio)
  const envoy = { value: null, diagnostics: [] }
  return made ? { value: { states: [made.value], facts, envoy }, diagnostics: made.diagnostics } : { value: { states: [], facts, envoy }, diagnostics }
}

/** Whose rules a state shows; the generator is loaded only where a chain has a name of Istio's. Rules made of arguments need no guess. */
export async function recognisedIn({ rulesets, dumps }: RuleState): Promise<Recognised | null> {
  const named = rulesets.some(({ tables }) => tables.some(({ chains }) => chains.some(({ name }) => name.startsWith('ISTIO_'))))
  return named && dumps.length > 0 ? (await import('../istio/recognise/recogniseIstio.ts')).recogniseIstio(rulesets) : null
}

