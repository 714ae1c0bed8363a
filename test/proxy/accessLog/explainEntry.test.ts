import { describe, expect, it } from 'vitest'
import { explainEntry } from '../../../src/proxy/accessLog/explainEntry.ts'
import { forwardedFor } from '../../../src/proxy/accessLog/forwardedFor.ts'
import { hints } from '../../../src/proxy/accessLog/hints.ts'
import type { AccessLogEntry } from '../../../src/proxy/accessLog/accessLogEntry.ts'
import type { ExplainedEntry, LogContext, Reading } from '../../../src/proxy/accessLog/reading.ts'
import { responseFlags } from '../../../src/proxy/accessLog/responseFlags.ts'
import { sightings } from '../../../src/proxy/accessLog/sightings.ts'
import { parseAddress } from '../../../src/net/address.ts'
import { published, readText } from './published.ts'

const nothingElse: LogContext = { ownAddresses: [], minor: null }
const pod = (text: string): LogContext => ({ ownAddresses: [parseAddress(text) ?? expect.fail(text)], minor: null })

/** "inbound service REDIRECT: app sees 127.0.0.6": a reading and who saw Envoy's own address. */
function summary({ fields }: AccessLogEntry, reading: Reading): string {
  const { direction, destination, mode, fit } = reading
  const seen = sightings(fields, reading).find(({ who }) => who !== 'envoy')
  return `${[fit === 'agrees' ? null : fit, direction, destination, mode].filter((each) => each !== null).join(' ')}: ${seen ? `${seen.who} sees ${seen.saw}` : 'nobody dialled'}`
}

const summaries = (entry: AccessLogEntry, context = nothingElse): string[] => explainEntry(entry, context).readings.map((reading) => summary(entry, reading))

const REDIRECT = ['inbound service REDIRECT: app sees 127.0.0.6']
const HIDDEN_TPROXY = ['may be inbound service TPROXY: app sees 172.17.X.XXX']
const HIDDEN_GATEWAY = ['may be gateway service: upstream sees 172.17.X.XXX']
const sidecar = (saw: string): string => `outbound service: upstream sees ${saw}`
const gateway = (saw: string): string => `gateway service: upstream sees ${saw}`

describe('published lines', () => {
  it.each([
    ['source-ip.txt', [REDIRECT, REDIRECT, REDIRECT, REDIRECT]],
    ['keep-source-ip-zh.txt', [REDIRECT, HIDDEN_TPROXY, HIDDEN_GATEWAY, HIDDEN_GATEWAY]],
    ['keep-source-ip-en.txt', [REDIRECT, HIDDEN_TPROXY, HIDDEN_GATEWAY, HIDDEN_GATEWAY]],
    ['egress.txt', [
      [gateway('10.80.3.232')], [sidecar('10.80.3.231')], [sidecar('10.80.3.231')], [gateway('10.83.1.219')], [gateway('10.83.1.219')], [gateway('10.80.3.232')], [gateway('10.80.2.15')], [gateway('10.80.2.15')],
      // Both ends of the line fit: the proxy it goes on to is in the same pod, behind 127.0.0.1.
      [sidecar('127.0.0.1'), gateway('127.0.0.1')], [sidecar('127.0.0.1'), gateway('127.0.0.1')], [sidecar('10.80.2.77')],
    ]],
    ['documented.txt', [
      // No local address of the upstream connection was logged at the time.
      [sidecar('172.30.146.82'), gateway('172.21.13.94')],
      ['inbound service REDIRECT: app sees 127.0.0.1', 'inbound service TPROXY: app sees 127.0.0.1'],
      ['outbound blackhole: nobody dialled'], ['outbound passthrough: upstream sees 10.244.0.67'], ['outbound block-all: nobody dialled'], ['waypoint service: nobody dialled'],
    ]],
  ] as const)('%s', (name, expected) => {
    expect(published(name).value.entries.map((entry) => summaries(entry))).toEqual(expected)
  })

  it('the pod\'s address tells a gateway\'s line from a sidecar\'s', () => {
    const [line] = published('egress.txt').value.entries.filter(({ fields }) => fields.upstream_host === '127.0.0.1:8443')
    if (!line) throw new Error('the line is gone')
    expect(explainEntry(line, nothingElse).toldApartBy).toEqual(['the address of the pod that wrote it (--pod-ip): 10.83.0.193 makes it a gateway\'s line, 10.80.3.61 a sidecar\'s outbound line'])
    expect(summaries(line, pod('10.83.0.193'))).toEqual([gateway('127.0.0.1')])
    expect(summaries(line, pod('10.80.3.61'))).toEqual([sidecar('127.0.0.1')])
  })
})

interface Given {
  readonly cluster?: string
  readonly host?: string
  readonly from?: string
  readonly to?: string
  readonly peer?: string
  readonly code?: string
  readonly forwarded?: string
  readonly route?: string
  readonly server?: string
}

/** A line of 1.9 and newer. */
function line({ cluster = 'inbound|80||', host = '10.0.0.5:80', from = '-', to = '10.0.0.5:80', peer = '10.0.0.9:1234', code = '200 - via_upstream - "-"', forwarded = '-', route = 'default', server = '-' }: Given): AccessLogEntry {
  const text = `[2024-01-01T00:00:00.000Z] "GET /x HTTP/1.1" ${code} 0 1 2 3 "${forwarded}" "curl" "id" "web" "${host}" ${cluster} ${from} ${to} ${peer} ${server} ${route}`
  return readText(text).value.entries[0] ?? expect.fail(`not read: ${text}`)
}

const only = (entry: AccessLogEntry, context = nothingElse): ExplainedEntry & { readonly reading: Reading } => {
  const explained = explainEntry(entry, context)
  const [reading] = explained.readings
  if (!reading || explained.readings.length !== 1) throw new Error(`readings: ${explained.readings.map((each) => summary(entry, each)).join('; ')}`)
  return { ...explained, reading }
}

describe('a line', () => {
  it.each([
    ['inbound, REDIRECT', { from: '127.0.0.6:4444' }, ['inbound service REDIRECT: app sees 127.0.0.6']],
    ['inbound, REDIRECT, IPv6', { from: '[::6]:4444', host: '[fd00::5]:80', to: '[fd00::5]:80', peer: '[fd00::9]:1' }, ['inbound service REDIRECT: app sees ::6']],
    ['inbound, TPROXY', { from: '10.0.0.9:4444' }, ['inbound service TPROXY: app sees 10.0.0.9']],
    ['inbound to localhost', { from: '127.0.0.1:4444', host: '127.0.0.1:80' }, ['inbound service REDIRECT: app sees 127.0.0.1']],
    ['inbound to localhost, TPROXY', { from: '10.0.0.9:4444', host: '127.0.0.1:80' }, ['inbound service TPROXY: app sees 10.0.0.9']],
    ['inbound to localhost from a Sidecar\'s endpoint of another port', { from: '127.0.0.1:4444', host: '127.0.0.1:8080' }, ['inbound service REDIRECT: app sees 127.0.0.1']],
    ['inbound, TPROXY behind a gateway', { from: '10.0.0.7:4444', peer: '1.2.3.4:0', forwarded: '1.2.3.4' }, ['may be inbound service TPROXY: app sees 10.0.0.7']],
    ['inbound, REDIRECT behind a gateway', { from: '127.0.0.6:4444', peer: '1.2.3.4:0', forwarded: '1.2.3.4' }, ['inbound service REDIRECT: app sees 127.0.0.6']],
    ['inbound, a port of no Service', { cluster: 'InboundPassthroughCluster', from: '127.0.0.6:4444' }, ['inbound passthrough REDIRECT: app sees 127.0.0.6']],
    ['the same up to 1.22, TPROXY', { cluster: 'InboundPassthroughClusterIpv4', from: '10.0.0.9:4444' }, ['inbound passthrough TPROXY: app sees 10.0.0.9']],
    ['inbound, never dialled', { host: '-', code: '403 - rbac_access_denied_matched_policy[none] - "-"' }, ['inbound service REDIRECT: nobody dialled', 'inbound service TPROXY: nobody dialled', 'inbound service REDIRECT: nobody dialled', 'inbound service TPROXY: nobody dialled']],
    ['inbound, refused', { code: '503 UF upstream_reset_before_response_started{connection failure,delayed connect error: 111} - "delayed connect error: 111"' }, ['inbound service REDIRECT: nobody dialled', 'inbound service TPROXY: nobody dialled']],
    ['inbound, from an address that nothing binds', { from: '10.0.0.5:4444' }, ['differs inbound service REDIRECT: app sees 10.0.0.5']],
    ['outbound', { cluster: 'outbound|80|v1|web.default.svc.cluster.local', from: '10.0.0.9:4444', to: '10.96.0.1:80' }, [sidecar('10.0.0.9')]],
    ['outbound, alt_stat_name', { cluster: 'outbound|80||web.default.svc.cluster.local;', from: '10.0.0.9:4444', to: '10.96.0.1:80' }, [sidecar('10.0.0.9')]],
    ['outbound over two families', { cluster: 'outbound|80||web', from: '10.0.0.9:4444', to: '[fd00:96::1]:80', peer: '[fd00::9]:1' }, [sidecar('10.0.0.9'), gateway('10.0.0.9')]],
    ['outbound, interception NONE', { cluster: 'outbound|80||web', from: '10.0.0.9:4444', to: '127.0.0.1:8080', peer: '127.0.0.1:5555' }, ['may be outbound service NONE: upstream sees 10.0.0.9', 'may be gateway service: upstream sees 10.0.0.9']],
    ['a gateway', { cluster: 'outbound|80||web', from: '10.0.0.7:4444', to: '10.0.0.7:8080' }, [gateway('10.0.0.7')]],
    ['a gateway passing mutual TLS through', { cluster: 'outbound_.80_._.web.default.svc.cluster.local', from: '10.0.0.7:4444', to: '10.0.0.7:15443' }, [gateway('10.0.0.7')]],
    ['Envoy\'s inbound port, dialled directly', { cluster: 'BlackHoleCluster', host: '-', to: '10.0.0.5:15006', code: '0 UH - - "-"' }, ['inbound blackhole: nobody dialled', 'outbound blackhole: nobody dialled']],
    ['no route', { cluster: '-', host: '-', code: '404 NR route_not_found - "-"' }, ['inbound none: nobody dialled', 'outbound none: nobody dialled', 'gateway none: nobody dialled']],
    ['a cluster of something else', { cluster: 'prometheus_stats' }, []],
    ['a cluster with the name of an object\'s own part', { cluster: '__proto__' }, []],
  ] satisfies readonly (readonly [string, Given, readonly string[]])[])('%s', (_, given, expected) => {
    expect(summaries(line(given))).toEqual(expected)
  })

  it('an Istio release rules readings out', () => {
    const local = line({ from: '127.0.0.1:4444', host: '127.0.0.1:80' })
    expect(only(local).reading.conditions).toHaveLength(2)
    expect(only(local, { ownAddresses: [], minor: 9 }).reading.conditions).toEqual(['Istio 1.9 and older'])
    expect(only(line({ from: '127.0.0.6:4444' }), { ownAddresses: [], minor: 9 }).remarks).toEqual(['Istio 1.9 would have logged this otherwise'])
  })

  it('a format of another release than the addresses is said', () => {
    const old = readText('[2020-08-25T14:55:49.810Z] "GET / HTTP/1.1" 200 - "-" "-" 0 1 2 3 "-" "curl" "id" "web" "10.0.0.5:80" inbound|80|| 127.0.0.6:4444 10.0.0.5:80 10.0.0.9:1 - default').value.entries[0]
    expect(old && only(old)).toMatchObject({ reading: { mode: 'REDIRECT' }, remarks: ['the format is the default of Istio 1.3 to 1.8, what it says is not: accessLogFormat may have been set'] })
  })

  it('tells what would make it certain', () => {
    expect(explainEntry(line({ code: '503 UF x - "-"' }), nothingElse).toldApartBy).toEqual(['upstream_local_address, which this line does not have (127.0.0.6 or 127.0.0.1 under REDIRECT, the client\'s under TPROXY), or the pod\'s rules (--rules)'])
    expect(only(line({ from: '10.0.0.7:4444', peer: '1.2.3.4:0', forwarded: '1.2.3.4' })).toldApartBy[0]).toMatch(/^the address of Envoy's peer/)
  })
})

describe('X-Forwarded-For', () => {
  const said = (given: Given): string => {
    const entry = line(given)
    return forwardedFor(entry.fields, only(entry).reading).join(' ')
  }

  it.each([
    ['none', { from: '127.0.0.6:1' }, /^no X-Forwarded-For/],
    ['the client of a gateway', { from: '127.0.0.6:1', peer: '1.2.3.4:0', forwarded: '9.9.9.9, 1.2.3.4' }, /is the rightmost of X-Forwarded-For \(9.9.9.9, 1.2.3.4\)/],
    ['hops trusted', { from: '127.0.0.6:1', peer: '9.9.9.9:0', forwarded: '9.9.9.9, 1.2.3.4' }, /is not the rightmost/],
    ['port 0 without the header', { from: '127.0.0.6:1', peer: '9.9.9.9:0' }, /PROXY protocol/],
    ['appended by a sidecar', { from: '127.0.0.6:1', forwarded: '10.0.0.9' }, /use_remote_address is on here/],
    ['sent by the caller', { from: '127.0.0.6:1', forwarded: '10.0.0.8' }, /did not go by it/],
    ['appended by a gateway', { cluster: 'outbound|80||web', from: '10.0.0.7:1', to: '10.0.0.7:8080', forwarded: '8.8.8.8,10.0.0.9' }, /^the gateway appended its peer.*may be anything/],
  ] as const)('%s', (_, given, expected) => {
    expect(said(given)).toMatch(expected)
  })
})

describe('what else the fields tell', () => {
  const said = (given: Given): readonly string[] => {
    const entry = line(given)
    const [reading] = explainEntry(entry, nothingElse).readings
    return reading ? hints(entry.fields, reading) : []
  }

  it('the SNI of mutual TLS, and another', () => {
    expect(said({ from: '127.0.0.6:1', server: 'outbound_.8000_.v1_.web.default.svc.cluster.local' })).toEqual(['mutual TLS from a proxy of the mesh, which dialled web.default.svc.cluster.local:8000, subset v1 (SNI)'])
    expect(said({ from: '127.0.0.6:1', server: 'example.com' })).toEqual(['TLS for example.com (SNI)'])
  })

  it('how it failed', () => {
    expect(said({ code: '503 UF upstream_reset_before_response_started{delayed_connect_error:_111} - "-"' })[0]).toMatch(/^nothing accepted at 10.0.0.5:80 \(connection refused\)/)
    expect(said({ host: '-', code: '403 - rbac_access_denied_matched_policy[none] - "-"' })).toEqual(['an AuthorizationPolicy denied it, so Envoy dialled nobody'])
    expect(said({ cluster: '-', host: '-', code: '0 NR filter_chain_not_found - "-"' })[0]).toMatch(/^no filter chain/)
  })

  it('response flags', () => {
    expect(responseFlags('UF,URX,QQ').map(({ flag, meaning }) => `${flag} ${meaning}`)).toEqual(['UF the connection to the upstream failed', 'URX the upstream retry limit, or the limit of connect attempts, was reached', 'QQ null'])
    expect(responseFlags(null)).toEqual([])
  })
})
