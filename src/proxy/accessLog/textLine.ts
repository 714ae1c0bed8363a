import { fieldsOf } from './accessLogEntry.ts'
import type { AccessLogFields, FieldName, TextSince } from './accessLogEntry.ts'
import { isLoggedAddress } from './loggedEndpoint.ts'

/** A line read, or why it could not be and how far it got (0: at its beginning). */
export type TextLine = { readonly since: TextSince; readonly fields: AccessLogFields } | { readonly problem: string; readonly at: number }

type Quoting = 'bare' | 'quoted'
type Column = readonly [FieldName, Quoting]

/** Where a line of Istio's text format begins: behind a pod's name or a time that kubectl or the runtime put before it. */
export const TEXT_BEGIN = /\[\d{4}-\d\d-\d\dT[^\]\s]{1,40}\] "/

const BARE = (...names: FieldName[]): Column[] => names.map((name) => [name, 'bare'])
const QUOTED = (...names: FieldName[]): Column[] => names.map((name) => [name, 'quoted'])

/** Between the response flags and the byte counts, by release (1.1.0, 1.2.0, 1.3.0 core/v1alpha3/listener.go; 1.9.0 pilot/pkg/networking/util). */
const MIDDLE: Readonly<Record<TextSince, readonly Column[]>> = {
  '1.1': QUOTED('istio_policy_status'),
  '1.2': QUOTED('istio_policy_status', 'upstream_transport_failure_reason'),
  '1.3': QUOTED('istio_policy_status', 'upstream_transport_failure_reason'),
  '1.9': [...BARE('response_code_details', 'connection_termination_details'), ...QUOTED('upstream_transport_failure_reason')],
}

const COUNTS = BARE('bytes_received', 'bytes_sent', 'duration', 'upstream_service_time')
const REQUEST = QUOTED('x_forwarded_for', 'user_agent', 'request_id', 'authority', 'upstream_host')
const ADDRESSES = BARE('upstream_cluster', 'upstream_local_address', 'downstream_local_address', 'downstream_remote_address', 'requested_server_name')

const tailOf = (since: TextSince): readonly Column[] => (since === '1.1' || since === '1.2' ? ADDRESSES : [...ADDRESSES, ...BARE('route_name')])

/** A line in the text format that the Istio release began. */
export function printTextLine(fields: AccessLogFields, since: TextSince): string {
  const { start_time: start, method, path, protocol } = fields
  const columns = [...BARE('response_code', 'response_flags'), ...MIDDLE[since], ...COUNTS, ...REQUEST, ...tailOf(since)]
  const words = columns.map(([name, quoting]) => (quoting === 'quoted' ? `"${fields[name] ?? '-'}"` : (fields[name] ?? '-')))
  return `[${start ?? '-'}] "${method ?? '-'} ${path ?? '-'} ${protocol ?? '-'}" ${words.join(' ')}`
}

const HEAD = /^\[([^\]\s]+)\] "(\S+) (\S+) (\S+)" (\d{1,3}|-) ([A-Za-z,-]+) /

/** Reads a line from its "[" on. Envoy escapes no quotes, so a user agent may hold some: it is what is left between its neighbours. */
export function readTextLine(line: string): TextLine {
  const head = HEAD.exec(line)
  if (!head) return { problem: 'it does not begin as [START_TIME] "METHOD PATH PROTOCOL" RESPONSE_CODE RESPONSE_FLAGS', at: 0 }
  const [begin, start, method, path, protocol, code, flags] = head
  const middle = readMiddle(line, begin.length)
  if ('problem' in middle) return middle
  const end = line.lastIndexOf('"')
  const request = readRequest(line.slice(middle.end, end + 1))
  if (!request) return { problem: 'behind the byte counts and times there should be "X-FORWARDED-FOR" "USER-AGENT" "X-REQUEST-ID" "AUTHORITY" "UPSTREAM_HOST"', at: middle.end }
  const tail = readTail(line.slice(end + 1), middle.quoted)
  if ('problem' in tail) return { problem: tail.problem, at: end + 1 + tail.at }
  const read = { start_time: start, method, path, protocol, response_code: code, response_flags: flags, ...middle.fields, ...request, ...tail.fields }
  return { since: tail.since, fields: fieldsOf(Object.fromEntries(Object.entries(read).map(([name, text]) => [name, text === undefined || text === '-' ? null : text]))) }
}

type Found = Partial<Record<FieldName, string>>

interface Middle {
  readonly fields: Found
  /** 'details' since 1.9, else how many quoted fields stood there. */
  readonly quoted: 'details' | 'status' | 'status and reason'
  readonly end: number
}

const OLD_MIDDLE = /^"([^"]*)"(?: "([^"]*)")? (\d+|-) (\d+|-) (\d+|-) (\S+) /
const NEW_MIDDLE = /^"([^"]*)" (\d+|-) (\d+|-) (\d+|-) (\S+) /

function readMiddle(line: string, from: number): Middle | { readonly problem: string; readonly at: number } {
  const rest = line.slice(from)
  if (rest.startsWith('"')) return readOldMiddle(rest, from)
  const quote = rest.indexOf(' "')
  const details = quote < 0 ? null : detailWords(rest.slice(0, quote))
  const found = details && NEW_MIDDLE.exec(rest.slice(quote + 1))
  if (!details || !found) return { problem: shortMiddle(rest), at: from }
  const [all, reason = '', received = '', sent = '', duration = '', service = ''] = found
  const fields = { response_code_details: details[0], connection_termination_details: details[1], upstream_transport_failure_reason: reason, bytes_received: received, bytes_sent: sent, duration, upstream_service_time: service }
  return { fields, quoted: 'details', end: from + quote + 1 + all.length }
}

function readOldMiddle(rest: string, from: number): Middle | { readonly problem: string; readonly at: number } {
  const found = OLD_MIDDLE.exec(rest)
  if (!found) return { problem: 'behind RESPONSE_FLAGS there should be the policy status, byte counts and times', at: from }
  const [all, status = '', reason, received = '', sent = '', duration = '', service = ''] = found
  const fields = { istio_policy_status: status, ...(reason !== undefined && { upstream_transport_failure_reason: reason }), bytes_received: received, bytes_sent: sent, duration, upstream_service_time: service }
  return { fields, quoted: reason === undefined ? 'status' : 'status and reason', end: from + all.length }
}

/** Envoy's own default format goes on with the byte counts at once. */
const shortMiddle = (rest: string): string =>
  /^\d+ \d+ \d+ \S+ "/.test(rest)
    ? 'this is Envoy\'s default format, which has neither the cluster nor the downstream addresses'
    : 'behind RESPONSE_FLAGS there should be RESPONSE_CODE_DETAILS CONNECTION_TERMINATION_DETAILS "UPSTREAM_TRANSPORT_FAILURE_REASON", byte counts and times'

/** The two details; blanks within braces or brackets belong to them ("…{connection failure,TLS error: …}"). */
function detailWords(text: string): readonly [string, string] | null {
  let depth = 0
  let split = -1
  for (let i = 0; i < text.length; i += 1) {
    const character = text.charAt(i)
    if ('{[('.includes(character)) depth += 1
    else if ('}])'.includes(character)) depth -= 1
    else if (character === ' ' && depth === 0 && split >= 0) return null
    else if (character === ' ' && depth === 0) split = i
  }
  return split > 0 && split < text.length - 1 ? [text.slice(0, split), text.slice(split + 1)] : null
}

/** `"xff" "user agent" "id" "authority" "host"`: three from the right, one from the left, the user agent between. */
function readRequest(text: string): Found | null {
  if (!text.startsWith('"') || !text.endsWith('"') || text.length < 2) return null
  const inner = text.slice(1, -1)
  const [forwarded, behind] = cut(inner, inner.indexOf('" "'))
  const [withAuthority, host] = cut(behind, behind?.lastIndexOf('" "'))
  const [withId, authority] = cut(withAuthority, withAuthority?.lastIndexOf('" "'))
  const [agent, id] = cut(withId, withId?.lastIndexOf('" "'))
  if (forwarded === undefined || agent === undefined || id === undefined || authority === undefined || host === undefined) return null
  return { x_forwarded_for: forwarded, user_agent: agent, request_id: id, authority, upstream_host: host }
}

const cut = (text: string | undefined, at: number | undefined): readonly [string?, string?] => (text === undefined || at === undefined || at < 0 ? [] : [text.slice(0, at), text.slice(at + 3)])

/** Which format it is follows from the fields before and from whether a route is there. */
function readTail(text: string, middle: Middle['quoted']): { readonly since: TextSince; readonly fields: Found } | { readonly problem: string; readonly at: number } {
  const [blank, cluster, upstream, local, remote, server, ...route] = text.trimEnd().split(' ')
  if (blank !== '' || cluster === undefined || upstream === undefined || local === undefined || remote === undefined || server === undefined) return { problem: 'it ends before DOWNSTREAM_REMOTE_ADDRESS REQUESTED_SERVER_NAME: it was cut short', at: 0 }
  const odd = [upstream, local, remote].find((each) => !isLoggedAddress(each))
  if (odd !== undefined) return { problem: `${JSON.stringify(odd)} stands where an address should`, at: text.indexOf(odd) }
  const fields = { upstream_cluster: cluster, upstream_local_address: upstream, downstream_local_address: local, downstream_remote_address: remote, requested_server_name: server }
  const since = sinceOf(middle, route.length)
  if (!since) return { problem: 'the last field, ROUTE_NAME, is missing: it was cut short', at: 0 }
  return { since, fields: route.length > 0 ? { ...fields, route_name: route.join(' ') } : fields }
}

function sinceOf(middle: Middle['quoted'], routeWords: number): TextSince | null {
  if (middle === 'details') return routeWords > 0 ? '1.9' : null
  if (middle === 'status') return routeWords > 0 ? null : '1.1'
  return routeWords > 0 ? '1.3' : '1.2'
}
