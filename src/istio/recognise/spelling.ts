import { isWithin } from '../changes.ts'
import type { Flag } from '../flags.ts'
import type { Version } from '../version.ts'
import type { Candidate, SettingKey } from './candidate.ts'
import { flagFor } from './candidateConfig.ts'

/** A candidate's settings in the words that give them. */
export interface Spelling {
  /** Arguments of istio-iptables, in the order of the injection template. */
  readonly args: readonly string[]
  /** Variables of istio-iptables or istio-cni. */
  readonly env: Readonly<Record<string, string>>
  /** Annotations of an ambient pod. */
  readonly annotations: Readonly<Record<string, string>>
  readonly nameservers: readonly string[]
}

/** 1.30.0 manifests/charts/istio-control/istio-discovery/files/injection-template.yaml; behind it, what the template never gives. */
const ORDER: readonly SettingKey[] = [
  'proxyPort', 'inboundCapturePort', 'inboundTunnelPort', 'proxyUid', 'proxyGid', 'mode', 'outboundRanges', 'outboundRangesExclude', 'inboundPorts', 'inboundPortsExclude',
  'outboundPorts', 'outboundPortsExclude', 'kubeVirtInterfaces', 'excludeInterfaces', 'tproxyMark', 'redirectDns', 'captureAllDns', 'dropInvalid', 'traceLogging',
  'dnsToEnvoy', 'ownerGroups', 'ownerGroupsExclude', 'loopbackCidr', 'noLoopbackRedirect',
]

const isAnnotation = (key: string): boolean => key.includes('.')

export const spell = (candidate: Candidate, version: Version): Spelling => (candidate.maker === 'sidecar' ? spellSidecar(candidate, version) : spellAmbient(candidate))

function spellSidecar({ settings }: Candidate, version: Version): Spelling {
  const args: string[] = []
  const env: Record<string, string> = {}
  for (const key of ORDER) {
    const value = settings.get(key)
    const flag = value === undefined ? undefined : flagFor(key, version)
    if (value === undefined || !flag) continue
    if (flag.long !== null) args.push(...words(flag, flag.long, value))
    else Object.assign(env, variable(flag, value, version))
  }
  return { args, env, annotations: {}, nameservers: (settings.get('nameservers') ?? '').split(',').filter(Boolean) }
}

/** The short form where every version that has the flag knows it. */
function words({ kind, short, shortSince }: Flag, long: string, value: string): string[] {
  if (kind === 'switch') return [`--${long}`]
  return [short !== undefined && shortSince === undefined ? `-${short}` : `--${long}`, value]
}

function variable({ env = [] }: Flag, value: string, version: Version): Record<string, string> {
  const name = env.find(({ since = '1.4', until }) => isWithin(version, since, until))?.name
  return name === undefined ? {} : { [name]: value }
}

function spellAmbient({ settings }: Candidate): Spelling {
  const all = [...settings]
  return { args: [], env: Object.fromEntries(all.filter(([key]) => !isAnnotation(key))), annotations: Object.fromEntries(all.filter(([key]) => isAnnotation(key))), nameservers: [] }
}
