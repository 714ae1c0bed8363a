import type { AccessLogFields } from './accessLogEntry.ts'
import { isMasked, parseLoggedEndpoint, printLoggedHost } from './loggedEndpoint.ts'
import type { Reading } from './reading.ts'

/** Who took which address for the one it talks to. */
export interface Sighting {
  /** The app, Envoy, or the upstream at the far end. */
  readonly who: 'app' | 'envoy' | 'upstream'
  /** Its own end of the connection; null: not told. */
  readonly at: string | null
  readonly saw: string
  /** Why it was this address. */
  readonly because: string
}

/** Who saw which source address: Envoy its peer, and what Envoy dialled Envoy's own. */
export function sightings(fields: AccessLogFields, reading: Reading): readonly Sighting[] {
  return [...atEnvoy(fields), ...atUpstream(fields, reading)]
}

function atEnvoy({ downstream_remote_address: remote, downstream_local_address: local, x_forwarded_for: forwarded }: AccessLogFields): Sighting[] {
  if (remote === null) return []
  const inferred = parseLoggedEndpoint(remote)?.port === 0
  const because = !inferred ? 'the peer of its socket' : forwarded === null ? 'port 0: not its peer, but a client inferred from what a proxy before it said' : 'port 0: not its peer, but the client inferred from X-Forwarded-For'
  return [{ who: 'envoy', at: local, saw: remote, because }]
}

function atUpstream(fields: AccessLogFields, { direction, destination, mode, predicted }: Reading): Sighting[] {
  if (destination === 'blackhole' || destination === 'block-all' || destination === 'none' || !isDialled(fields)) return []
  const who = direction === 'inbound' ? 'app' : 'upstream'
  const logged = parseLoggedEndpoint(fields.upstream_local_address)
  if (logged) return [{ who, at: fields.upstream_host, saw: printLoggedHost(logged.host), because: whyFrom(direction, mode, printLoggedHost(logged.host)) }]
  const expected = predicted?.upstream_local_address
  // Envoy did not log the local address of HTTP upstream connections at first.
  if (fields.upstream_local_address !== null || !expected || isMasked(expected.host)) return []
  return [{ who, at: fields.upstream_host, saw: printLoggedHost(expected.host), because: 'not logged, but what Envoy dials from' }]
}

/** An upstream connection that came about: its local address is there, or the upstream answered. */
export const isDialled = ({ upstream_local_address: local, upstream_host: host, response_flags: flags, response_code: code }: AccessLogFields): boolean =>
  local !== null || (host !== null && !/(^|,)(UF|UH|NR|NC|UO|URX)(,|$)/.test(flags ?? '') && code !== null && code !== '0')

function whyFrom(direction: Reading['direction'], mode: Reading['mode'], saw: string): string {
  if (saw === '127.0.0.1' || saw === '::1') return 'Envoy dials localhost'
  if (direction === 'outbound') return 'the pod\'s own address: nothing binds outbound connections'
  if (direction === 'gateway') return 'the gateway\'s own address'
  if (direction === 'waypoint') return 'logged as Envoy\'s end of it'
  if (saw === '127.0.0.6' || saw === '::6') return 'the inbound cluster\'s upstream_bind_config'
  return mode === 'TPROXY' ? 'original_src binds the client\'s address' : 'nothing known here binds it'
}
