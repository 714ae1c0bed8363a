import type { Span } from '../../netfilter/span.ts'

/** The fields of Istio's formats under the keys of its JSON one (pilot/pkg/model/telemetry_logging.go at 1.30.0). */
export const FIELD_NAMES = [
  'start_time', 'method', 'path', 'protocol', 'response_code', 'response_flags', 'response_code_details', 'connection_termination_details', 'istio_policy_status',
  'upstream_transport_failure_reason', 'bytes_received', 'bytes_sent', 'duration', 'upstream_service_time', 'x_forwarded_for', 'user_agent', 'request_id', 'authority',
  'upstream_host', 'upstream_cluster', 'upstream_local_address', 'downstream_local_address', 'downstream_remote_address', 'requested_server_name', 'route_name',
] as const

export type FieldName = (typeof FIELD_NAMES)[number]

/** What Envoy logged, as text; null where it printed "-", null or nothing. */
export type AccessLogFields = Readonly<Record<FieldName, string | null>>

/** A key of a JSON object with its value, in the order of the text. */
export type JsonMember = readonly [key: string, value: unknown]

/** The Istio release that began a text format: 1.1 without transport failure reason, 1.2 without route, 1.3, and 1.9 with details. */
export type TextSince = '1.1' | '1.2' | '1.3' | '1.9'

export type AccessLogForm = { readonly kind: 'text'; readonly since: TextSince } | { readonly kind: 'json'; readonly members: readonly JsonMember[] }

/** One line of an access log, or one JSON object. */
export interface AccessLogEntry {
  readonly form: AccessLogForm
  readonly fields: AccessLogFields
  readonly span: Span
}

/** All fields, empty but for those given. */
export function fieldsOf(given: Partial<AccessLogFields>): AccessLogFields {
  return {
    start_time: null, method: null, path: null, protocol: null, response_code: null, response_flags: null, response_code_details: null, connection_termination_details: null,
    istio_policy_status: null, upstream_transport_failure_reason: null, bytes_received: null, bytes_sent: null, duration: null, upstream_service_time: null, x_forwarded_for: null,
    user_agent: null, request_id: null, authority: null, upstream_host: null, upstream_cluster: null, upstream_local_address: null, downstream_local_address: null,
    downstream_remote_address: null, requested_server_name: null, route_name: null, ...given,
  }
}
