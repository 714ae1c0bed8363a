import { fieldsOf } from '../proxy/accessLog/accessLogEntry.ts'
import type { AccessLogFields, TextSince } from '../proxy/accessLog/accessLogEntry.ts'
import { printTextLine } from '../proxy/accessLog/textLine.ts'
import { resolveVersion } from '../istio/version.ts'
import type { HopLog } from '../world/scenario/hopLog.ts'

/** In place of what a walk does not tell: times, sizes, ids. */
const ANY = '…'

/** The line an Envoy of this Istio writes of a hop, in Istio's text format. */
export function hopLine(hop: HopLog, istio: string): string {
  const { response_code: code, ...known } = hop
  const since = textSince(istio)
  const fields: AccessLogFields = fieldsOf({
    ...known, start_time: ANY, response_code: code === null ? '0' : `${code}`, ...whatHappened(hop), bytes_received: ANY, bytes_sent: ANY, duration: ANY,
    ...(code !== null && { method: ANY, path: ANY, protocol: ANY, user_agent: ANY, request_id: ANY, upstream_service_time: code === 200 ? ANY : null }),
  })
  return printTextLine(fields, since)
}

function textSince(istio: string): TextSince {
  const minor = resolveVersion(istio)?.version.minor ?? Infinity
  return minor >= 9 ? '1.9' : minor >= 3 ? '1.3' : '1.2'
}

/** Flags and details by status (Envoy's response_code_details page); of a dial that failed they depend on retries and on the system. */
function whatHappened({ response_code: code, upstream_cluster: cluster, upstream_local_address: local }: HopLog): Partial<AccessLogFields> {
  switch (code) {
    case 200: return { response_code_details: 'via_upstream' }
    case 404: return { response_flags: 'NR', response_code_details: 'route_not_found' }
    case 502: return { response_code_details: 'direct_response' }
    case 504: return { response_flags: 'UT', response_code_details: 'upstream_response_timeout' }
    case 503: return local === null && cluster !== null ? { response_flags: ANY, response_code_details: ANY } : {}
    default: return code === null && local === null ? { response_flags: ANY } : {}
  }
}
