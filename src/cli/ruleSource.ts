import type { HostFacts } from '../host/hostFacts.ts'
import { readTranscript } from '../host/readTranscript.ts'
import { readIstioArguments } from '../istio/readIstioArguments.ts'
import { istioRules } from '../istio/rules.ts'
import type { Address } from '../net/address.ts'
import { printAddress } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { editRuleset } from '../ruleset/editRuleset.ts'
import type { Question } from '../world/question.ts'
import { istioVersion } from './given.ts'
import { loadRules, oneLine } from './loadRules.ts'
import { readInput } from './readInput.ts'
import { UsageError } from './usageError.ts'

/** Rules to be compared or looked through, and what was noticed in them. */
export interface RuleSource {
  readonly question: Omit<Question, 'connection'>
  readonly diagnostics: readonly Diagnostic[]
}

export interface SourceOptions {
  readonly podAddresses: readonly Address[]
  readonly istio?: string
  readonly state?: string
}

/** A dump or a transcript; or "istio:VERSION", "istio:VERSION:ARGSFILE": the rules istio-iptables makes. */
export const ruleSource = (name: string, options: SourceOptions): Promise<RuleSource> => ruleSources([name], options)

/** The same of several dumps, which add up. */
export async function ruleSources(names: readonly string[], { podAddresses, istio, state }: SourceOptions): Promise<RuleSource> {
  const generated = /^istio:([^:]+)(?::(.+))?$/.exec(names.length === 1 ? (names[0] ?? '') : '')
  if (generated) return generatedSource(generated[1] ?? '', generated[2] ?? null, podAddresses)
  const { state: found, facts, envoy, diagnostics } = await loadRules(names, { ...(state !== undefined && { state }), ...(istio !== undefined && { istio }), assume: {} })
  return { question: { state: found, facts, given: { podAddresses, istioVersion: istioVersion(istio), ...(envoy && { envoy }) } }, diagnostics }
}

function generatedSource(version: string, file: string | null, podAddresses: readonly Address[]): RuleSource {
  const istio = istioVersion(version)
  const text = file === null ? null : readInput(file)
  const read = text && readIstioArguments(text.text, text.name)
  const refused = read?.diagnostics.find(({ severity }) => severity === 'error')
  if (refused) throw new UsageError(oneLine(refused))
  const given = read?.value ?? null
  const { args = [], env = {} } = given ?? {}
  const podIps = podAddresses.length > 0 ? podAddresses.map(printAddress) : (given?.podIps ?? [])
  const made = ([4, 6] as const).map((family) => istioRules({ version: istio ?? version, family, args, env, podIps, ...(given?.nameservers && { nameservers: given.nameservers }) }))
  const rulesets = made.flatMap(({ value }) => (value && value.ruleset.tables.length > 0 ? [value.ruleset] : []))
  const failed = made[0]?.diagnostics.find(({ severity }) => severity === 'error')
  if (failed || rulesets.length === 0) throw new UsageError(failed ? oneLine(failed) : `Istio ${version} makes no rules of these arguments`)
  return { question: { state: { rulesets, dumps: [] }, facts: nothingKnown(), given: { podAddresses, istioVersion: istio } }, diagnostics: made[0]?.diagnostics ?? [] }
}

const nothingKnown = (): HostFacts => readTranscript([]).value.facts

/** The same rules after iptables commands. */
export function edited({ question, diagnostics }: RuleSource, edits: readonly string[]): RuleSource {
  const read = question.state.rulesets.map((ruleset) => editRuleset(ruleset, edits))
  const failed = read.flatMap((each) => each.diagnostics).find(({ severity }) => severity === 'error')
  if (failed) throw new UsageError(failed.message)
  return { question: { ...question, state: { ...question.state, rulesets: read.map(({ value }) => value) } }, diagnostics }
}

/** Where one of two tells nothing of its namespace, it is that of the other. */
export function inOneNamespace(one: RuleSource, other: RuleSource): RuleSource {
  return one.question.facts.interfaces !== null || other.question.facts.interfaces === null ? one : { ...one, question: { ...one.question, facts: other.question.facts } }
}
