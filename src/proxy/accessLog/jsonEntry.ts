import { FIELD_NAMES, fieldsOf } from './accessLogEntry.ts'
import type { AccessLogFields, FieldName, JsonMember } from './accessLogEntry.ts'

/** Fields that typed JSON prints as numbers (usage.rst: "Renders a numeric value in typed JSON logs"). */
const NUMERIC: ReadonlySet<FieldName> = new Set(['response_code', 'bytes_received', 'bytes_sent', 'duration'])

/** Names people give the same fields in formats of their own: the headers' own ones. */
const ALSO: ReadonlyMap<string, FieldName> = new Map([
  ['x-forwarded-for', 'x_forwarded_for'], ['user-agent', 'user_agent'], ['x-request-id', 'request_id'], ['x-envoy-upstream-service-time', 'upstream_service_time'],
])

const NAMES: ReadonlyMap<string, FieldName> = new Map([...FIELD_NAMES.map((name) => [name, name] as const), ...ALSO])

/** What the members of an object say of Istio's fields; `known` counts those it has, with a value or without. */
export function fieldsOfJson(members: readonly JsonMember[]): { readonly fields: AccessLogFields; readonly known: number } {
  const found = members.flatMap(([key, value]): (readonly [FieldName, string | null])[] => {
    const name = NAMES.get(key)
    return name ? [[name, textOf(value)]] : []
  })
  return { fields: fieldsOf(Object.fromEntries(found)), known: found.length }
}

/** "-" stands for nothing in json_format, null in typed_json_format. */
function textOf(value: unknown): string | null {
  if (value === null || value === undefined || value === '-') return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The members Envoy's typed JSON has for these fields, in Istio's order; those an object never has are left out where they are empty. */
export const membersOf = (fields: AccessLogFields): readonly JsonMember[] =>
  FIELD_NAMES.filter((name) => name !== 'istio_policy_status' || fields[name] !== null).map((name) => [name, typed(name, fields[name])])

const typed = (name: FieldName, text: string | null): unknown => (text !== null && NUMERIC.has(name) && /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text)

export const printJsonEntry = (members: readonly JsonMember[]): string => JSON.stringify(Object.fromEntries(members))
