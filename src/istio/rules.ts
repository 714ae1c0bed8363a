import type { Family } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Because, Chain, Ruleset, Table } from '../netfilter/ruleset.ts'
import { RulesReader } from '../ruleset/rulesReader.ts'
import { ambientConfig } from './ambient/ambientConfig.ts'
import type { AmbientConfig } from './ambient/ambientConfig.ts'
import { generateAmbient } from './ambient/generateAmbient.ts'
import { apply } from './apply.ts'
import type { EffectiveRules } from './apply.ts'
import { configure } from './arguments.ts'
import { behaviourOf } from './changes.ts'
import type { Behaviour } from './changes.ts'
import type { IstioConfig } from './configuration.ts'
import { generate } from './generate.ts'
import { isPort } from './remarks.ts'
import { restoreLines } from './text.ts'
import type { RestoreLine } from './text.ts'
import { resolveVersion } from './version.ts'
import type { ResolvedVersion } from './version.ts'

/** What rules to make; all but version and family may be left out. */
export interface IstioRequest {
  /** "1.11.3", "1.11", "latest". */
  readonly version: string
  readonly family: Family
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** The servers of the pod's /etc/resolv.conf. */
  readonly nameservers?: readonly string[]
  /** The pod's addresses; the first decides whether IPv6 is handled. */
  readonly podIps?: readonly string[]
  /** Group names of /etc/group. */
  readonly groups?: Readonly<Record<string, number>>
  /** The annotation behind an argument, as annotations.ts tells it; the rules then name both. */
  readonly annotated?: Readonly<Record<string, string>>
  /** Given, be it empty: the rules of an ambient pod or its node by istio-cni, whose environment `env` then is; `args` are not used. */
  readonly ambient?: Partial<AmbientConfig>
}

export interface IstioRules {
  /** As it stands after the tool has run; every rule says why it is there. */
  readonly ruleset: Ruleset
  /** The `ip` commands that go with it. */
  readonly routes: readonly string[]
  readonly config: IstioConfig | AmbientConfig
  readonly version: ResolvedVersion
}

/** The rules, or null when the tool would make none because it stops before. */
export interface IstioAnswer {
  readonly value: IstioRules | null
  readonly diagnostics: readonly Diagnostic[]
}

/** The rules an Istio version makes from these arguments. */
export function istioRules(request: IstioRequest): IstioAnswer {
  const version = resolveVersion(request.version)
  if (!version) return { value: null, diagnostics: [said('istio-unknown-version', 'error', `${JSON.stringify(request.version)} is no Istio version known here (1.4 to latest)`)] }
  const notes = version.note === null ? [] : [said('istio-nearest-version', 'info', version.note)]
  const behaviour = behaviourOf(version.version)
  const made = request.ambient ? ambientRules(request, behaviour) : sidecarRules(request, behaviour)
  const diagnostics = [...notes, ...made.diagnostics]
  if (!made.value) return { value: null, diagnostics }
  const { effective, config } = made.value
  const read = ruleset(annotatedRules(effective, request.annotated ?? {}))
  return { value: { ruleset: read.ruleset, routes: effective.routes, config, version }, diagnostics: [...diagnostics, ...read.diagnostics] }
}

/** An argument that an annotation gave names it too. */
function annotatedRules(rules: EffectiveRules, annotated: Readonly<Record<string, string>>): EffectiveRules {
  const named = (because: Because): Because => {
    const { argument = '' } = because
    return Object.hasOwn(annotated, argument) ? { ...because, argument: `${argument} (${annotated[argument] ?? ''})` } : because
  }
  return { ...rules, tables: rules.tables.map((table) => ({ ...table, rules: table.rules.map((rule) => ({ ...rule, because: named(rule.because) })) })) }
}

interface Made {
  readonly value: { readonly effective: EffectiveRules; readonly config: IstioConfig | AmbientConfig } | null
  readonly diagnostics: readonly Diagnostic[]
}

const said = (code: string, severity: Diagnostic['severity'], message: string): Diagnostic => ({ code, severity, message, span: null })

function sidecarRules(request: IstioRequest, behaviour: Behaviour): Made {
  const { args = [], env = {}, nameservers = [], podIps = [], groups = {} } = request
  const { value: config, diagnostics } = configure({ args, env, nameservers, podIps, groups }, behaviour)
  if (!config) return { value: null, diagnostics }
  return { value: { config, effective: withoutRefused(apply(generate(config, behaviour, request.family))) }, diagnostics }
}

function ambientRules({ ambient = {}, env = {}, args = [], family }: IstioRequest, behaviour: Behaviour): Made {
  const config = ambientConfig(ambient, env, behaviour)
  if (!behaviour.has('ambient-in-pod')) return { value: null, diagnostics: [said('istio-no-ambient', 'error', 'the ambient rules inside the pod exist from Istio 1.21')] }
  const unused = args.length > 0 ? [said('istio-arguments-unused', 'warning', 'the arguments of istio-iptables have no part in ambient mode')] : []
  return { value: { config, effective: apply(generateAmbient(config, behaviour, family)) }, diagnostics: [...unused, ...mixedProbe(config, behaviour, family)] }
}

/** Up to 1.23 there is one probe address for both families. */
function mixedProbe({ probeV4, ipv6 }: AmbientConfig, behaviour: Behaviour, family: Family): Diagnostic[] {
  const mixed = !behaviour.has('ambient-probe-per-family') && probeV4.includes(':') !== (family === 6) && (family === 4 || ipv6)
  return mixed ? [said('istio-refused-rule', 'error', `this version writes the probe address ${probeV4} into the rules of both families, which ${family === 4 ? 'iptables' : 'ip6tables'} refuses; the rules shown are those without it`)] : []
}

/** configure() has said that iptables refuses them. */
function withoutRefused(rules: EffectiveRules): EffectiveRules {
  const taken = (spec: string): boolean => {
    const port = / --dport (.*?) -[jm] /.exec(` ${spec}`)
    return port?.[1] === undefined || isPort(port[1].trim().replace(/ .*$/, ''))
  }
  return { ...rules, tables: rules.tables.map((table) => ({ ...table, rules: table.rules.filter(({ spec }) => taken(spec)) })) }
}

const SOURCE = 'istio-iptables'

/** Read by the same reader as any dump: there is no second way to make a rule. */
function ruleset(effective: EffectiveRules): { readonly ruleset: Ruleset; readonly diagnostics: readonly Diagnostic[] } {
  const lines = restoreLines(effective)
  const reader = new RulesReader()
  reader.printed({ family: effective.family, table: null })
  lines.forEach(({ text }, i) => { reader.read({ file: SOURCE, line: i + 1, text }) })
  reader.close()
  const unread = new Map(reader.diagnostics.map(({ span, message }) => [span?.line ?? 0, message]))
  const why = new Map(lines.flatMap(({ because }, i) => (because && !unread.has(i + 1) ? [[i + 1, because]] : [])))
  const diagnostics = lines.flatMap((line, i) => refusal(line, unread.get(i + 1)))
  return { ruleset: { family: effective.family, tables: reader.dumps.map(({ table }) => explained(table, why)) }, diagnostics }
}

/** Every option the tool writes is known here, so what cannot be read is a value that iptables refuses as well. */
function refusal({ text, because }: RestoreLine, problem: string | undefined): Diagnostic[] {
  if (problem === undefined) return []
  const argument = because?.argument === undefined ? '' : ` (from ${because.argument})`
  return [said('istio-refused-rule', 'error', `iptables refuses "${text}"${argument}, and istio-iptables fails: ${problem.replace(/;.*$/, '')}; the rules shown are those without it`)]
}

/** The rules that were read, each with its reason. */
const explained = (table: Table, why: ReadonlyMap<number, Because>): Table => ({
  ...table,
  chains: table.chains.map((chain): Chain => ({
    ...chain,
    rules: chain.rules.flatMap((rule) => {
      const because = why.get(rule.span?.line ?? 0)
      return because ? [{ ...rule, because }] : []
    }),
  })),
})
