import { ambientFromAnnotations } from '../ambient/ambientAnnotations.ts'
import { ambientConfig } from '../ambient/ambientConfig.ts'
import type { AmbientConfig } from '../ambient/ambientConfig.ts'
import { configurationOf } from '../configurationOf.ts'
import { isWithin } from '../changes.ts'
import type { Behaviour } from '../changes.ts'
import type { Given, IstioConfig, SettingValues } from '../configuration.ts'
import { FLAGS, initialValue } from '../flags.ts'
import type { Flag, SwitchKey, TextKey } from '../flags.ts'
import type { Version } from '../version.ts'
import type { Candidate, SettingKey } from './candidate.ts'

const flags = new Map<SettingKey, Flag[]>()
for (const flag of FLAGS) if (flag.key) flags.set(flag.key, [...(flags.get(flag.key) ?? []), flag])

/** The flag or variable by which this version takes a setting; none: it cannot be given. */
export const flagFor = (key: SettingKey, version: Version): Flag | undefined => flags.get(key)?.find(({ since, until }) => isWithin(version, since, until))

/** Which of a candidate's settings this version knows. */
export const knownSettings = ({ maker, settings }: Candidate, version: Version): string =>
  maker === 'sidecar' ? [...settings.keys()].filter((key) => flagFor(key, version)).join(' ') : ''

/** Any address of the family: which one it is has no part in the rules. */
const POD_IP = { 4: '10.0.0.1', 6: 'fd00::1' } as const

/** The configuration istio-iptables of this version would work from. */
export function candidateConfig({ settings, ipv6 }: Candidate, behaviour: Behaviour): IstioConfig {
  const servers = settings.get('nameservers')
  const pod = { nameservers: servers === undefined ? [] : servers.split(','), podIps: [POD_IP[ipv6 ? 6 : 4]], groups: {} }
  return configurationOf(new CandidateValues(settings, behaviour.version), pod, behaviour).value
}

/** The configuration istio-cni of this version would work from. */
export function ambientCandidateConfig({ maker, settings }: Candidate, behaviour: Behaviour): AmbientConfig {
  const all: Record<string, string> = Object.fromEntries(settings)
  return ambientConfig({ scope: maker === 'host' ? 'host' : 'pod', ...ambientFromAnnotations(all) }, all, behaviour)
}

class CandidateValues implements SettingValues {
  constructor(private readonly settings: Candidate['settings'], private readonly version: Version) {}

  text(key: TextKey): Given<string> {
    return { value: this.given(key) ?? initialValue(key), from: null }
  }

  on(key: SwitchKey): Given<boolean> {
    return { value: this.given(key) === 'true', from: null }
  }

  private given(key: SettingKey): string | undefined {
    const value = this.settings.get(key)
    return value !== undefined && flagFor(key, this.version) ? value : undefined
  }
}
