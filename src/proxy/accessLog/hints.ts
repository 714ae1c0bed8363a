import type { AccessLogFields } from './accessLogEntry.ts'
import type { Reading } from './reading.ts'

const ISTIO_SNI = /^outbound_\.(\d{1,5})_\.(.*?)_\.(.+)$/

/** What else the fields tell of a connection: by SNI, and by how it failed. */
export function hints(fields: AccessLogFields, reading: Reading): readonly string[] {
  return [...serverName(fields, reading), ...failure(fields, reading)]
}

/** Istio's proxies name the cluster they dial in the SNI of mutual TLS (pilot/pkg/model/context.go BuildDNSSrvSubsetKey). */
function serverName({ requested_server_name: name, protocol }: AccessLogFields, { direction }: Reading): string[] {
  if (name === null) return []
  const own = ISTIO_SNI.exec(name)
  if (own) return [`mutual TLS from a proxy of the mesh, which dialled ${own[3]}:${own[1]}${own[2] === '' ? '' : `, subset ${own[2]}`} (SNI)`]
  const passed = protocol === null && direction !== 'inbound'
  return [passed ? `TLS for ${name}, chosen by its SNI and passed through unopened` : `TLS for ${name} (SNI)`]
}

function* failure(fields: AccessLogFields, { direction, to }: Reading): Generator<string> {
  const flags = (fields.response_flags ?? '').split(',')
  const refused = /delayed.connect.error:.?111/.test(`${fields.upstream_transport_failure_reason ?? ''} ${fields.response_code_details ?? ''}`)
  if (flags.includes('UF') && direction === 'inbound' && to === 'original') yield `nothing accepted at ${fields.upstream_host ?? 'the upstream'}${refused ? ' (connection refused)' : ''}: from 1.10 on Envoy dials the pod's own address, where an app that listens on 127.0.0.1 only is not reached`
  else if (refused) yield `${fields.upstream_host ?? 'the upstream'} refused the connection (error 111)`
  if (fields.response_code_details?.startsWith('rbac_access_denied') || fields.connection_termination_details?.startsWith('rbac_access_denied')) yield 'an AuthorizationPolicy denied it, so Envoy dialled nobody'
  if (flags.includes('NR') && fields.response_code_details === 'filter_chain_not_found') yield 'no filter chain of the listener takes such a connection: plain text where mutual TLS is STRICT, or a port or SNI no chain names'
}
