import { isUnknown } from '../../netfilter/ternary.ts'
import type { AccessLogFields } from './accessLogEntry.ts'
import { parseLoggedEndpoint, parseLoggedHost, sameHost } from './loggedEndpoint.ts'
import type { LoggedHost } from './loggedEndpoint.ts'
import type { Reading } from './reading.ts'
import { isDialled } from './sightings.ts'

/** What follows from X-Forwarded-For, or from its absence, for who the client is (E: http_conn_man/headers.rst). */
export function forwardedFor(fields: AccessLogFields, { direction, destination }: Reading): readonly string[] {
  const { x_forwarded_for: header, protocol } = fields
  const remote = parseLoggedEndpoint(fields.downstream_remote_address)
  if (header === null) return withoutHeader(fields, direction, remote?.port === 0)
  if (protocol === null || !remote) return []
  const last = parseLoggedHost(header.split(',').at(-1)?.trim() ?? '')
  const told = last ? sameHost(last, remote.host) : false
  if (remote.port === 0) return [told === false ? `the client ${fields.downstream_remote_address} is not the rightmost of X-Forwarded-For ${header}: hops of other proxies are trusted (numTrustedProxies, xff_num_trusted_hops), or a filter told it` : `the client's address is the rightmost of X-Forwarded-For (${header}); whoever connected to this Envoy is not in the line`]
  if (destination === 'none' || destination === 'block-all') return []
  return told === false || (isUnknown(told) && direction !== 'gateway') ? [`the request carries X-Forwarded-For: ${header}; this Envoy did not go by it`] : appended(direction, header, last)
}

/** With use_remote_address, as gateways have it, Envoy appends its peer; a sidecar does not. */
function appended(direction: Reading['direction'], header: string, last: LoggedHost | null): string[] {
  if (last === null) return []
  const before = header.includes(',') ? '; what stands left of its last address came with the request and may be anything' : ''
  if (direction === 'gateway') return [`the gateway appended its peer, so what is behind it reads X-Forwarded-For: ${header}${before}`]
  return [`X-Forwarded-For: ${header} ends in Envoy's own peer: use_remote_address is on here (an EnvoyFilter), or the caller sent it${before}`]
}

function withoutHeader(fields: AccessLogFields, direction: Reading['direction'], inferred: boolean): string[] {
  if (inferred) return ['the client\'s address was inferred (its port is 0), yet there is no X-Forwarded-For: PROXY protocol, or another header, told it']
  if (direction !== 'inbound' || !isDialled(fields) || fields.protocol === null) return []
  return ['no X-Forwarded-For: the request does not tell the app its client either']
}
