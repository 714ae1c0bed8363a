import type { Leg } from '../leg.ts'
import { printEndpoint } from '../../net/address.ts'
import type { Hop } from '../walkJournal.ts'

/** What an Envoy logs of a connection (envoyproxy.io, access log usage); null prints as "-". Field names as in Istio's JSON format. */
export interface HopLog {
  readonly response_code: number | null
  readonly upstream_host: string | null
  readonly upstream_cluster: string | null
  readonly upstream_local_address: string | null
  readonly downstream_local_address: string
  readonly downstream_remote_address: string
  readonly x_forwarded_for: string | null
  readonly requested_server_name: string | null
  readonly authority: string | null
  readonly route_name: string | null
}

/** The entry of one hop. Who adds to X-Forwarded-For (use_remote_address) believes the address that dialled, others the last one in it. `delay`: seconds the application takes to answer. */
export function hopLog(hop: Hop, legs: readonly Leg[], delay: number): HopLog {
  const { action, peer, originalDestination, request, leg } = hop
  const dial = leg === null ? null : (legs[leg] ?? null)
  const told = action.kind === 'dials' ? (action.request ?? request) : request
  const appended = (told?.forwardedFor.length ?? 0) > (request?.forwardedFor.length ?? 0)
  const client = appended ? (action.kind === 'dials' ? action.client : undefined) : request?.forwardedFor.at(-1)
  return {
    response_code: statusOf(hop, dial, delay),
    upstream_host: dial && printEndpoint(dial.dial.to, dial.dial.port),
    upstream_cluster: 'cluster' in action ? (action.cluster ?? null) : null,
    upstream_local_address: dial?.result === 'connected' && dial.local ? printEndpoint(dial.local.address, dial.local.port) : null,
    downstream_local_address: originalDestination,
    downstream_remote_address: client === undefined ? (request?.proxied ?? peer) : client.includes(':') ? `[${client}]:0` : `${client}:0`,
    x_forwarded_for: told && told.forwardedFor.length > 0 ? told.forwardedFor.join(',') : null,
    requested_server_name: request?.sni ?? null,
    authority: request?.authority ?? null,
    route_name: action.kind === 'dials' ? (action.route ?? null) : null,
  }
}

/** The status of the answer to an HTTP request; null for what is none. */
function statusOf({ action, request }: Hop, dial: Leg | null, delay: number): number | null {
  if (action.kind === 'answers') return action.status
  if (request?.protocol !== 'http') return null
  if (dial?.result !== 'connected') return 503
  return action.kind === 'dials' && action.timeout !== undefined && delay > action.timeout ? 504 : 200
}
