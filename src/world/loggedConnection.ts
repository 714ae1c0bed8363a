import type { Address } from '../net/address.ts'
import type { AccessLogFields } from '../proxy/accessLog/accessLogEntry.ts'
import { isMasked, parseLoggedEndpoint, printLoggedHost } from '../proxy/accessLog/loggedEndpoint.ts'
import type { LoggedEndpoint } from '../proxy/accessLog/loggedEndpoint.ts'
import type { Reading } from '../proxy/accessLog/reading.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import type { Assumption } from './outcome.ts'

/** The connection a line tells of, with what had to be taken for granted, or why it cannot be told. */
export type LoggedConnection = { readonly connection: Connection; readonly assumptions: readonly Assumption[] } | { readonly problem: string }

/** The connection that Envoy accepted: from outside, or made by the app in the pod. */
export function loggedConnection(fields: AccessLogFields, reading: Reading, profile: MeshProfile): LoggedConnection {
  const local = parseLoggedEndpoint(fields.downstream_local_address)
  const remote = parseLoggedEndpoint(fields.downstream_remote_address)
  if (!local || !remote) return { problem: 'the line does not have both downstream addresses' }
  const peer = peerOf(fields, reading, remote)
  if (isMasked(local.host) || local.port === null) return { problem: `${fields.downstream_local_address} is hidden in part, so no rule can be asked about it` }
  if (isMasked(peer.host)) return { problem: `${printLoggedHost(peer.host)} is hidden in part, so no rule can be asked about it` }
  const connection = { ...NEW_TCP, src: peer.host, sport: peer.port === 0 ? null : peer.port, dst: local.host, dport: local.port }
  if (connection.src.family !== connection.dst.family) return { problem: 'its downstream addresses are of two families: the client\'s is not the peer\'s' }
  if (reading.direction === 'outbound') return { connection: { ...connection, ...appOf(profile), origin: 'local' }, assumptions: [ORDINARY_USER] }
  return { connection, assumptions: peer.port === 0 ? [assumedPeer(fields)] : [] }
}

/** Envoy's own connection to the upstream; null where the line has no such address. */
export function upstreamConnection(fields: AccessLogFields, { uid, gid, socketMark }: MeshProfile): Connection | null {
  const upstream = parseLoggedEndpoint(fields.upstream_host)
  if (!upstream || isMasked(upstream.host) || upstream.port === null) return null
  return { ...NEW_TCP, origin: 'local', src: null, dst: upstream.host, dport: upstream.port, uid, gid, mark: socketMark }
}

/** Addresses of the pod as the line tells them, where nobody else does. */
export function ownAddressesOf(fields: AccessLogFields, { direction }: Reading): readonly Address[] {
  const end = parseLoggedEndpoint(direction === 'outbound' ? fields.downstream_remote_address : fields.downstream_local_address)
  return end && !isMasked(end.host) ? [end.host] : []
}

/** Under TPROXY Envoy's upstream connection has the address of its peer, whatever X-Forwarded-For says. */
function peerOf({ upstream_local_address: from }: AccessLogFields, { direction, mode }: Reading, remote: LoggedEndpoint): LoggedEndpoint {
  const kept = direction === 'inbound' && mode === 'TPROXY' && remote.port === 0 ? parseLoggedEndpoint(from) : null
  return kept ? { host: kept.host, port: null } : remote
}

/** The beginning of a TCP connection of which nothing odd is known. */
export const NEW_TCP = { origin: 'remote', proto: 'tcp', uid: 0, gid: 0, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW', src: null, sport: null } as const

/** Any user that is not the proxy's. */
function appOf({ uid, gid }: MeshProfile): Pick<Connection, 'uid' | 'gid'> {
  const app = uid === 1000 || gid === 1000 ? 1001 : 1000
  return { uid: app, gid: app }
}

const ORDINARY_USER: Assumption = { code: 'assume-log-user', message: 'the app runs as a user of its own (uid 1000), not as the proxy\'s: an access log does not tell (chainwalk trace --uid N asks for another)' }

const assumedPeer = ({ downstream_remote_address: remote }: AccessLogFields): Assumption =>
  ({ code: 'assume-log-peer', message: `${remote ?? ''} is the client X-Forwarded-For tells; the rules are asked as if it were Envoy's peer, which is not in the line` })
