import type { Diagnostic, Severity } from '../netfilter/diagnostic.ts'
import { isWithin } from './changes.ts'
import { ANNOTATED_SETTINGS, STATUS_PORT } from './injection/annotatedSettings.ts'
import type { AnnotatedSetting } from './injection/annotatedSettings.ts'
import { injectedExclusions, pluginExclusions } from './injection/excludedInboundPorts.ts'
import { metadataOf, proxyConfig } from './injection/proxyMetadata.ts'
import { parseBool } from './parseBool.ts'
import { at } from './reading/plain.ts'
import { resolveVersion } from './version.ts'
import type { Version } from './version.ts'

/** A pod as the injector or the CNI plugin sees it. */
export interface AnnotatedPod {
  readonly version: string
  readonly annotations: Readonly<Record<string, string>>
  /** Who makes the rules. */
  readonly through: 'init' | 'cni'
  /** Variables of the proxy beyond those in proxy.istio.io/config, e.g. from the mesh config. */
  readonly proxyMetadata?: Readonly<Record<string, string>>
}

/** What istio-iptables is run with. */
export interface InjectedArguments {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The annotation behind an argument: "-d 15090,…" -> "traffic.sidecar.istio.io/excludeInboundPorts: 8080". */
  readonly annotated: Readonly<Record<string, string>>
}

export interface InjectionRead {
  /** null: no rules are made. */
  readonly value: InjectedArguments | null
  readonly diagnostics: readonly Diagnostic[]
}

/** The arguments a pod's annotations become; init container and CNI plugin have different defaults. */
export function argumentsFromAnnotations(pod: AnnotatedPod): InjectionRead {
  const version = resolveVersion(pod.version)?.version
  if (!version) return { value: null, diagnostics: [said('istio-unknown-version', 'error', `${JSON.stringify(pod.version)} is no Istio version known here`)] }
  const settings = ANNOTATED_SETTINGS.map((setting) => chosen(setting, pod, version))
  const diagnostics = settings.flatMap((each) => each.diagnostics)
  const off = pod.through === 'init' && settings.some(({ flag, value }) => flag === '-m' && value === 'NONE')
  if (off) diagnostics.push(said('istio-interception-none', 'info', 'interception mode NONE: no init container is injected, so there are no rules'))
  if (off || diagnostics.some(({ severity }) => severity === 'error')) return { value: null, diagnostics }
  return { value: composed(settings, pod, version), diagnostics }
}

interface Chosen {
  readonly flag: string
  readonly value: string | null
  /** "name: value" when an annotation gave it. */
  readonly annotation: string | null
  readonly diagnostics: readonly Diagnostic[]
}

const said = (code: string, severity: Severity, message: string): Diagnostic => ({ code, severity, message, span: null })

function chosen(setting: AnnotatedSetting, pod: AnnotatedPod, version: Version): Chosen {
  const { flag } = setting
  const found = setting.annotations.find(({ name, since }) => pod.annotations[name] !== undefined && isWithin(version, since ?? '1.4', undefined))
  const inherited = flag === '-m' ? modeOfProxyConfig(pod) : null
  const initial = inherited ?? (pod.through === 'init' ? setting.initDefault : setting.cniDefault)
  if (!isWithin(version, setting.since ?? '1.4', undefined)) return { flag, value: null, annotation: null, diagnostics: found ? [tooOld(found.name, setting.since)] : [] }
  const value = found === undefined ? undefined : pod.annotations[found.name]
  if (found === undefined || value === undefined) return { flag, value: initial, annotation: null, diagnostics: [] }
  const problem = problemOf(setting, value, pod.through)
  return { flag, value, annotation: `${found.name}: ${value}`, diagnostics: problem === null ? [] : [refused(found.name, problem, pod.through)] }
}

/** The plugin reads annotations only; the injector starts from the proxy's configuration. */
function modeOfProxyConfig(pod: AnnotatedPod): string | null {
  const mode = pod.through === 'init' ? at(proxyConfig(pod.annotations), 'interceptionMode') : undefined
  return typeof mode === 'string' ? mode : null
}

function problemOf(setting: AnnotatedSetting, value: string, through: AnnotatedPod['through']): string | null {
  // cni/pkg/plugin/sidecar_redirect.go validateInterceptionMode knows no NONE.
  if (through === 'cni' && setting.flag === '-m' && value === 'NONE') return '"NONE" is no interception mode of the plugin'
  return (through === 'cni' ? (setting.cniCheck ?? setting.check) : setting.check)(value)
}

const refused = (name: string, problem: string, through: AnnotatedPod['through']): Diagnostic =>
  said('istio-bad-annotation', 'error', `${name}: ${problem}; ${through === 'init' ? 'the injector refuses the pod' : 'the CNI plugin fails'}`)

const tooOld = (name: string, since: string | undefined): Diagnostic => said('istio-annotation-unknown', 'info', `${name} has no effect before Istio ${since ?? '1.4'}`)

function composed(settings: readonly Chosen[], pod: AnnotatedPod, version: Version): InjectedArguments {
  const metadata = { ...pod.proxyMetadata, ...metadataOf(proxyConfig(pod.annotations)) }
  const given = settings.map((each) => (each.flag === '-d' ? { ...each, value: exclusions(each.value ?? '', pod, version) } : each))
  const flags = given.flatMap(({ flag, value }) => (value === null || (pod.through === 'cni' && value === '' && OPTIONAL.includes(flag)) ? [] : [flag, value]))
  const annotated = given.flatMap(({ flag, value, annotation }) => (value === null || annotation === null ? [] : [[`${flag} ${value === '' ? "''" : value}`, annotation]]))
  const head = pod.through === 'init' ? ['-p', '15001', '-z', '15006', '-u', '1337'] : ['-p', '15001', '-u', '1337']
  return {
    args: [...head, ...flags, ...(pod.through === 'cni' ? pluginSwitches(metadata, version) : [])],
    // The plugin runs in its own environment: of the pod's variables it only looks at the three above.
    env: pod.through === 'init' ? metadata : {},
    annotated: Object.fromEntries(annotated),
  }
}

/** Flags older versions do not have; the plugin sets the configuration itself, so an empty one is the same as none. */
const OPTIONAL: readonly string[] = ['-q', '-o', '-k', '-c']

function exclusions(value: string, pod: AnnotatedPod, version: Version): string {
  if (pod.through === 'cni') return pluginExclusions(value)
  return injectedExclusions(value, pod.annotations['status.sidecar.istio.io/port'] ?? STATUS_PORT, version)
}

/** cni/pkg/plugin/sidecar_redirect.go and iptables_linux.go: DNS is always captured for every server. */
function pluginSwitches(metadata: Readonly<Record<string, string>>, version: Version): readonly string[] {
  const isOn = (name: string): boolean => parseBool(metadata[name] ?? '') === true
  const dns = isOn('ISTIO_META_DNS_CAPTURE') && isWithin(version, '1.9', undefined) ? ['--redirect-dns'] : []
  const all = dns.length > 0 && isWithin(version, '1.11', undefined) ? ['--capture-all-dns'] : []
  const drop = isOn('INVALID_DROP') && isWithin(version, '1.13', undefined) ? ['--drop-invalid'] : []
  const dual = isOn('ISTIO_DUAL_STACK') && isWithin(version, '1.18', undefined) ? ['--dual-stack'] : []
  return [...dns, ...all, ...drop, ...dual]
}
