import type { Version } from '../istio/version.ts'
import { inboundDialOf } from './inboundDials.ts'
import type { MeshProfile } from './meshProfile.ts'

type Release = Pick<Version, 'major' | 'minor'>

const before = (release: Release, minor: number): boolean => release.major === 1 && release.minor < minor

/** What an Istio release changes of the proxy's part: up to 1.9 how it dials the app behind a Service port; the blackhole chains come with 1.8. */
export function profileAtVersion(profile: MeshProfile, release: Release): MeshProfile {
  const { inbound } = profile
  if (!before(release, 10)) return profile
  const mode = inbound.from.kind === 'client' ? 'TPROXY' : 'REDIRECT'
  return { ...profile, refuses: before(release, 8) ? () => false : profile.refuses, inbound: inboundDialOf(mode, 'service', release) ?? inbound, passthrough: inboundDialOf(mode, 'unknown', release) }
}
