import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FIELD_NAMES, fieldsOf } from '../../../src/proxy/accessLog/accessLogEntry.ts'
import type { AccessLogFields } from '../../../src/proxy/accessLog/accessLogEntry.ts'
import { membersOf } from '../../../src/proxy/accessLog/jsonEntry.ts'
import { printAccessLogEntry } from '../../../src/proxy/accessLog/printAccessLogEntry.ts'
import { published, PUBLISHED, readText, textOf } from './published.ts'

const LINE = '[2022-12-17T09:30:39.883Z] "GET /common/sauth HTTP/1.1" 200 - via_upstream - "-" 0 60 0 0 "-" "Go-http-client/1.1" "57dd8171" "simple-server-svc.demo-to:18080" "10.20.0.77:18080" inbound|18080|| 127.0.0.6:44213 10.20.0.77:18080 10.20.0.78:33204 outbound_.18080_._.simple-server-svc.demo-to.svc.cluster.local default'

/** "3:1 json": where an entry stands, and its form. */
const places = (text: string): string[] => readText(text).value.entries.map(({ span, form }) => `${span.line}:${span.column} ${form.kind === 'text' ? form.since : 'json'}`)

/** "unreadable-log-line 3:7": what was said of a text. */
const said = (text: string): string[] => readText(text).diagnostics.map(({ code, span }) => `${code}${span ? ` ${span.line}:${span.column}` : ''}`)

describe('published lines', () => {
  it.each([
    ['source-ip.txt', ['2:1 1.9', '3:1 1.9', '4:1 1.9', '6:1 json'], []],
    ['keep-source-ip-zh.txt', ['2:5 json', '31:5 json', '60:5 json', '89:5 json'], []],
    ['keep-source-ip-en.txt', ['1:1 json', '3:1 json', '5:1 json', '7:1 json'], []],
    ['egress.txt', ['2:7 1.3', '3:5 1.3', '4:5 1.3', '6:7 1.3', '8:7 1.3', '9:7 1.3', '11:7 1.3', '13:7 1.3', '15:7 1.3', '16:7 1.3', '23:7 1.3'], ['other-access-log', 'other-access-log']],
    ['documented.txt', ['1:1 1.1', '2:1 1.1', '3:1 1.9', '4:1 1.9', '5:1 1.9', '6:1 1.9'], []],
  ] as const)('%s', (name, forms, codes) => {
    expect(places(textOf(name))).toEqual(forms)
    expect(published(name).diagnostics.map(({ code }) => code)).toEqual(codes)
  })

  it('are printed as they were read', () => {
    for (const name of PUBLISHED) {
      const text = textOf(name)
      for (const entry of published(name).value.entries) {
        if (entry.form.kind === 'text') expect(text.split('\n')[entry.span.line - 1]?.trim()).toBe(printAccessLogEntry(entry))
        else expect(readText(printAccessLogEntry(entry)).value.entries).toMatchObject([{ fields: entry.fields, form: entry.form }])
      }
    }
  })

  it('keep the keys Istio does not have', () => {
    const [entry] = published('keep-source-ip-zh.txt').value.entries
    expect(entry?.form.kind === 'json' && entry.form.members.map(([key]) => key)).toContain('trace_id')
  })
})

const word = fc.stringMatching(/^[\w./:-]{1,12}$/).filter((text) => text !== '-')
const orNothing = (values: fc.Arbitrary<string>): fc.Arbitrary<string | null> => fc.option(values)
const count = fc.nat(1e9).map(String)
/** Envoy does not escape what stands in quotes. */
const agent = fc.string({ unit: fc.constantFrom(...'abc "/()-;'), minLength: 1, maxLength: 20 }).filter((text) => text !== '-')
const endpoint = fc.tuple(fc.oneof(fc.ipV4(), fc.ipV6().map((text) => `[${text}]`), fc.constant('172.17.X.XXX')), fc.nat(65535)).map(([host, port]) => `${host}:${port}`)
const details = fc.oneof(word, word.map((text) => `upstream_reset_before_response_started{${text} failure}`))

const fields: fc.Arbitrary<AccessLogFields> = fc.record({
  start_time: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((date) => date.toISOString()), method: orNothing(word), path: orNothing(word.map((text) => `/${text}`)), protocol: orNothing(fc.constant('HTTP/1.1')),
  response_code: fc.integer({ min: 100, max: 599 }).map(String), response_flags: orNothing(fc.constantFrom('UF', 'UF,URX', 'NR')), response_code_details: orNothing(details), connection_termination_details: orNothing(word),
  upstream_transport_failure_reason: orNothing(fc.constant('delayed connect error: 111')), bytes_received: count, bytes_sent: count, duration: count, upstream_service_time: orNothing(count),
  x_forwarded_for: orNothing(fc.ipV4()), user_agent: orNothing(agent), request_id: orNothing(word), authority: orNothing(word), upstream_host: orNothing(endpoint), upstream_cluster: orNothing(word),
  upstream_local_address: orNothing(endpoint), downstream_local_address: orNothing(endpoint), downstream_remote_address: orNothing(endpoint), requested_server_name: orNothing(word), route_name: orNothing(word),
}).map(fieldsOf)

const LOST: Readonly<Record<'1.1' | '1.2' | '1.3' | '1.9', readonly (keyof AccessLogFields)[]>> = {
  '1.1': ['response_code_details', 'connection_termination_details', 'upstream_transport_failure_reason', 'route_name'],
  '1.2': ['response_code_details', 'connection_termination_details', 'route_name'],
  '1.3': ['response_code_details', 'connection_termination_details'],
  '1.9': [],
}

describe('what is printed is read back', () => {
  it.each(['1.1', '1.2', '1.3', '1.9'] as const)('in the text format since %s', (since) => {
    fc.assert(fc.property(fields, (made) => {
      const kept = fieldsOf({ ...made, ...Object.fromEntries(LOST[since].map((name) => [name, null])) })
      const text = printAccessLogEntry({ form: { kind: 'text', since }, fields: kept })
      const [entry] = readText(text).value.entries
      expect(entry).toMatchObject({ form: { kind: 'text', since }, fields: kept })
      expect(entry && printAccessLogEntry(entry)).toBe(text)
    }), { numRuns: 300 })
  })

  it('as JSON, on one line or many, with keys of others', () => {
    fc.assert(fc.property(fields, fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }), fc.constantFrom(undefined, 2), (made, others, indent) => {
      const members = [...membersOf(made), ...Object.entries(others).filter(([key, value]) => !FIELD_NAMES.some((name) => name === key) && !(typeof value === 'string' && value.startsWith('%')))]
      const text = JSON.stringify(Object.fromEntries(members), null, indent)
      const [entry] = readText(`some prose\n${text} and more\n`).value.entries
      expect(entry?.fields).toEqual(made)
      expect(JSON.parse(entry ? printAccessLogEntry(entry) : '')).toEqual(JSON.parse(text))
    }), { numRuns: 300 })
  })
})

describe('lines', () => {
  it('behind what kubectl and the runtime put before them, coloured and quoted', () => {
    const prefixed = [`[pod/web-1/istio-proxy] ${LINE}`, `2022-12-17T09:30:39.884Z stdout F ${LINE}`, `> ${LINE}`, LINE.replace('200', '\u001b[31m200\u001b[0m'), `${LINE}  \r`]
    expect(places(prefixed.join('\n'))).toEqual(['1:25 1.9', '2:35 1.9', '3:3 1.9', '4:1 1.9', '5:1 1.9'])
  })

  it('with a time that is no number, an empty agent, quotes in the agent', () => {
    const odd = LINE.replace('"Go-http-client/1.1"', '"a "b" " c"').replace(' 0 60 0 0 ', ' 0 60 0 x ')
    const [entry] = readText(odd).value.entries
    expect(entry?.fields).toMatchObject({ user_agent: 'a "b" " c', upstream_service_time: 'x', request_id: '57dd8171' })
  })

  it.each([
    ['cut in the middle', LINE.slice(0, 60), ['unreadable-log-line 1:1', 'nothing-recognised']],
    ['cut before the addresses', LINE.slice(0, 240), ['unreadable-log-line 1:179', 'nothing-recognised']],
    ['cut before the route', LINE.slice(0, -8), ['unreadable-log-line 1:179', 'nothing-recognised']],
    ['an address that is none', LINE.replace('127.0.0.6:44213', '127.0.0.600:1'), ['unreadable-log-line 1:196', 'nothing-recognised']],
    ['Envoy\'s default format', '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "10.0.35.28" "nsq2http" "cc21d9b0" "locations" "tcp://10.0.2.1:80"', ['unreadable-log-line 1:66', 'nothing-recognised']],
    ['a format of somebody\'s own', 'web 10.0.0.1 "GET / HTTP/1.1" 200 17', ['unreadable-log-line 1:1', 'nothing-recognised']],
    ['an object without an end', '{"downstream_remote_address": "10.0.0.1:1",\n', ['unreadable-log-line 1:1', 'nothing-recognised']],
    ['an object with an open string', '{"downstream_remote_address": "10.0.0.1:1\n}', ['unreadable-log-line 1:1', 'nothing-recognised']],
    ['an object with one key', 'x {"upstream_host": "10.0.0.1:1"}', ['unreadable-log-line 1:3', 'nothing-recognised']],
    ['the format itself', '{"upstream_host": "%UPSTREAM_HOST%", "upstream_cluster": "%UPSTREAM_CLUSTER%", "response_flags": "%RESPONSE_FLAGS%"}', ['access-log-format 1:1', 'nothing-recognised']],
    ['squid\'s', '1598596320.477    342 10.80.2.81 TCP_TUNNEL/200 165939 CONNECT map.baidu.com:443 - HIER_DIRECT/180.101.49.69 -', ['other-access-log 1:1', 'nothing-recognised']],
    ['nginx\'s', '10.0.0.1 - - [08/Sep/2020:05:32:32 +0000] "GET / HTTP/1.1" 200 612 "-" "curl"', ['other-access-log 1:1', 'nothing-recognised']],
    ['ztunnel\'s', '2024-08-21T15:56:41Z info access connection complete src.addr=10.0.0.1:1 dst.addr=10.0.0.2:80', ['other-access-log 1:1', 'nothing-recognised']],
    ['prose', 'the app sees 127.0.0.6', ['nothing-recognised']],
    ['nothing', '', ['nothing-recognised']],
  ])('%s', (_, text, codes) => {
    expect(said(text)).toEqual(codes)
  })

  it('an object within another, and several on one line', () => {
    const object = '{"upstream_cluster":"inbound|80||","downstream_remote_address":"10.0.0.9:1","downstream_local_address":"10.0.0.5:80"}'
    expect(places(`{"insertId":"x","jsonPayload":${object}}\n${object} ${object}\n{"broken": \n${object}`)).toEqual(['1:31 json', '2:1 json', '2:119 json', '4:1 json'])
  })

  it('other lines are counted', () => {
    expect(readText(`one\n\ntwo\n${LINE}\nthree`).value.passedOver).toBe(3)
  })
})

describe('hostile input', () => {
  const times = (n: number, line: string): string => Array.from({ length: n }, () => line).join('\n')

  it.each([
    ['a line of megabytes', `[2022-12-17T09:30:39.883Z] "GET ${'x'.repeat(5_000_000)}`],
    ['quotes without end', `[2022-12-17T09:30:39.883Z] "GET / HTTP/1.1" 200 - a b "-" 0 0 0 0 ${'"" '.repeat(20_000)}`],
    ['braces without end', `{"upstream_host": ${'{"upstream_host":'.repeat(3_000)}`],
    ['lines of open braces', times(50_000, '{"upstream_host":{')],
    ['deep JSON', `{"upstream_host":"a","upstream_cluster":"b","response_flags":${'['.repeat(20_000)}`],
    ['noise', times(100_000, '{ } " [2022-')],
  ])('%s is refused, and soon', (_, text) => {
    const { value, diagnostics } = readText(text)
    expect(value.entries).toEqual([])
    expect(diagnostics.length).toBeGreaterThan(0)
  }, 5_000)

  it('keys with the names of an object\'s own parts', () => {
    const [entry] = readText('{"__proto__":{"x":1},"constructor":"y","upstream_cluster":"inbound|80||","upstream_host":"10.0.0.5:80","response_flags":"-"}').value.entries
    expect(entry?.form.kind === 'json' && entry.form.members.map(([key]) => key)).toEqual(['__proto__', 'constructor', 'upstream_cluster', 'upstream_host', 'response_flags'])
    expect(entry?.fields.upstream_host).toBe('10.0.0.5:80')
  })

  it('any text at all is read without a fault', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('[2022-12-17T09:30:39.883Z] "', '{"upstream_host":', '" 200 - ', LINE))), (parts) => {
      expect(readText(parts.join('')).diagnostics).toBeDefined()
    }), { numRuns: 500 })
  })
})
