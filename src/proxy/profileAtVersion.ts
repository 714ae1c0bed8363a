import type { MeshProfile } from './meshProfile.ts'

interface Release {
  readonly major: number
  readonly minor: number
}

const before = (release: Release, minor: number): boolean => release.major === 1 && release.minor < minor

/**
 * What an Istio release changes of the proxy's part: inbound clusters of Service ports are STATIC 127.0.0.1 up to 1.9
 * (pilot/pkg/features/pilot.go, PILOT_ENABLE_INBOUND_PASSTHROUGH since 1.10); the blackhole chains come with 1.8;
 * original_src has the mark 1337 from 1.9, none in 1.6 to 1.8, and does not exist before.
 */
export function profileAtVersion(profile: MeshProfile, release: Release): MeshProfile {
  const { inbound } = profile
  const localhost = before(release, 10)
  const keepsClient = inbound.from.kind === 'client' && !before(release, 6)
  const client = { kind: 'client', mark: before(release, 9) ? 0 : 1337 } as const
  return {
    ...profile,
    refuses: before(release, 8) ? () => false : profile.refuses,
    inbound: localhost ? { to: 'localhost', from: keepsClient ? client : { kind: 'unbound' } } : inbound,
  }
}
