import { behaviourOf } from '../changes.ts'
import { ANNOTATED_SETTINGS, STATUS_PORT } from '../injection/annotatedSettings.ts'
import { injectedExclusions } from '../injection/excludedInboundPorts.ts'
import { FLAGS } from '../flags.ts'
import type { Version } from '../version.ts'
import type { Candidate, SettingKey, Settings } from './candidate.ts'
import { flagFor } from './candidateConfig.ts'

/** In how many settings a pod differs from one that was made without annotations: where several fit, the plainest is told first. */
export function oddity({ maker, settings }: Candidate, version: Version): number {
  if (maker !== 'sidecar') return 0
  const usual = injected(version)
  const initial = notGiven(version)
  const keys = new Set([...usual.keys(), ...[...settings.keys()].filter((key) => flagFor(key, version))])
  return [...keys].filter((key) => (settings.get(key) ?? initial.get(key) ?? '') !== (usual.get(key) ?? '')).length
}

/** Without -m the mode is REDIRECT, and without -u the proxy is 1337, to which old versions add root. */
const notGiven = (version: Version): Settings => new Map<SettingKey, string>([['mode', 'REDIRECT'], ['proxyUid', behaviourOf(version).has('root-uid-added') ? '1337,0' : '1337']])

const ANNOTATED = ANNOTATED_SETTINGS.flatMap(({ flag, initDefault }): [SettingKey, string][] => {
  const key = FLAGS.find(({ short }) => short === flag.slice(1))?.key
  return key && initDefault !== null ? [[key, initDefault]] : []
})

/** What the injection template gives every pod (1.30.0 manifests/charts/istio-control/istio-discovery/files/injection-template.yaml). */
const injected = (version: Version): Settings => new Map<SettingKey, string>([...ANNOTATED, ['inboundPortsExclude', injectedExclusions('', STATUS_PORT, version)], ['proxyUid', '1337']])
