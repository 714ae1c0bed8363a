import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inboundDialOf, INBOUND_DIALS, isWithin } from '../../src/proxy/inboundDials.ts'
import { parseLoggedEndpoint, printLoggedEndpoint } from '../../src/proxy/accessLog/loggedEndpoint.ts'
import type { LoggedEndpoint } from '../../src/proxy/accessLog/loggedEndpoint.ts'
import { explainEntry } from '../../src/proxy/accessLog/explainEntry.ts'
import { fieldsOf } from '../../src/proxy/accessLog/accessLogEntry.ts'
import { printAccessLogEntry } from '../../src/proxy/accessLog/printAccessLogEntry.ts'
import { readAccessLog } from '../../src/proxy/accessLog/readAccessLog.ts'
import { predictedAddresses } from '../../src/proxy/predictedAddresses.ts'
import type { Hop, PredictedAddresses } from '../../src/proxy/predictedAddresses.ts'

const at = (text: string): LoggedEndpoint => parseLoggedEndpoint(text) ?? expect.fail(`${text} is no endpoint`)
const release = (minor: number, patch = 0): Hop['release'] => ({ major: 1, minor, patch })

const HOP: Hop = {
  direction: 'inbound', mode: 'REDIRECT', release: release(11), remote: at('10.20.0.78:33204'), local: at('10.20.0.77:18080'),
  cluster: { kind: 'inbound', targetPort: 18080, service: { port: 80, portName: 'http', host: 'web' } }, upstreamHost: null, dial: null, ownAddress: null, forwardedClient: null,
}
const OUT: Hop = { ...HOP, direction: 'outbound', remote: at('10.20.0.78:5555'), local: at('10.96.0.1:80'), cluster: { kind: 'outbound', port: 80, subset: '', host: 'web' }, upstreamHost: at('10.20.0.77:18080') }

/** The five fields in the order of a text line; * is any port. */
function columns(predicted: PredictedAddresses): string {
  const { upstream_host: host, upstream_cluster: cluster, upstream_local_address: from, downstream_local_address: local, downstream_remote_address: remote } = predicted
  const text = (endpoint: LoggedEndpoint | null): string => (endpoint ? printLoggedEndpoint(endpoint) : '-')
  return [text(host), cluster, text(from), text(local), text(remote)].join(' ')
}

describe('the addresses Envoy logs', () => {
  it.each([
    ['inbound, REDIRECT', HOP, '10.20.0.77:18080 inbound|18080|| 127.0.0.6:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, TPROXY', { ...HOP, mode: 'TPROXY' }, '10.20.0.77:18080 inbound|18080|| 10.20.0.78:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, 1.9', { ...HOP, release: release(9) }, '127.0.0.1:18080 inbound|18080|| 127.0.0.1:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, TPROXY, 1.9', { ...HOP, mode: 'TPROXY', release: release(9) }, '127.0.0.1:18080 inbound|18080|| 10.20.0.78:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, 1.8.0', { ...HOP, release: release(8) }, '127.0.0.1:18080 inbound|80|| 127.0.0.1:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, 1.8.1', { ...HOP, release: release(8, 1) }, '127.0.0.1:18080 inbound|18080|| 127.0.0.1:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, 1.7', { ...HOP, release: release(7) }, '127.0.0.1:18080 inbound|80|http|web 127.0.0.1:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['inbound, IPv6', { ...HOP, remote: at('[fd00::78]:1'), local: at('[fd00::77]:18080') }, '[fd00::77]:18080 inbound|18080|| [::6]:* [fd00::77]:18080 [fd00::78]:1'],
    ['inbound, a client out of X-Forwarded-For', { ...HOP, forwardedClient: at('1.2.3.4:1').host }, '10.20.0.77:18080 inbound|18080|| 127.0.0.6:* 10.20.0.77:18080 1.2.3.4:0'],
    ['inbound, a dial of its own', { ...HOP, dial: { to: 'original', from: { kind: 'unbound' } } }, '10.20.0.77:18080 inbound|18080|| 10.20.0.77:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['an unknown port, 1.22', { ...HOP, release: release(22), cluster: { kind: 'passthrough' } }, '10.20.0.77:18080 InboundPassthroughClusterIpv4 127.0.0.6:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['an unknown port, 1.23', { ...HOP, release: release(23), cluster: { kind: 'passthrough' } }, '10.20.0.77:18080 InboundPassthroughCluster 127.0.0.6:* 10.20.0.77:18080 10.20.0.78:33204'],
    ['an unknown port, 1.2: not known', { ...HOP, release: release(2), cluster: { kind: 'passthrough' } }, '-  - 10.20.0.77:18080 10.20.0.78:33204'],
    ['15006 itself', { ...HOP, local: at('10.20.0.77:15006'), cluster: { kind: 'blackhole' } }, '- BlackHoleCluster - 10.20.0.77:15006 10.20.0.78:33204'],
    ['outbound to a Service', OUT, '10.20.0.77:18080 outbound|80||web 10.20.0.78:* 10.96.0.1:80 10.20.0.78:5555'],
    ['outbound passthrough', { ...OUT, cluster: { kind: 'passthrough' }, upstreamHost: null }, '10.96.0.1:80 PassthroughCluster 10.20.0.78:* 10.96.0.1:80 10.20.0.78:5555'],
    ['outbound blackhole', { ...OUT, cluster: { kind: 'blackhole' } }, '- BlackHoleCluster - 10.96.0.1:80 10.20.0.78:5555'],
    ['outbound without a host', { ...OUT, upstreamHost: null }, '- outbound|80||web - 10.96.0.1:80 10.20.0.78:5555'],
    ['a gateway', { ...OUT, direction: 'gateway', remote: at('10.0.0.93:5899'), local: at('10.20.0.5:8080') }, '10.20.0.77:18080 outbound|80||web 10.20.0.5:* 10.20.0.5:8080 10.0.0.93:5899'],
    ['a gateway to its own pod', { ...OUT, direction: 'gateway', local: at('10.20.0.5:443'), upstreamHost: at('127.0.0.1:8443') }, '127.0.0.1:8443 outbound|80||web 127.0.0.1:* 10.20.0.5:443 10.20.0.78:5555'],
  ] satisfies readonly (readonly [string, Hop, string])[])('%s', (_, hop, expected) => {
    expect(columns(predictedAddresses(hop))).toBe(expected)
  })

  it('every release from 1.3 has one default way to dial in each mode', () => {
    for (let minor = 3; minor <= 31; minor += 1) {
      for (const mode of ['REDIRECT', 'TPROXY'] as const) {
        for (const port of ['service', 'unknown'] as const) {
          expect(INBOUND_DIALS.filter((each) => each.mode === mode && each.port === port && each.policy === 'default' && isWithin(each.releases, minor))).toHaveLength(1)
          expect(inboundDialOf(mode, port, { minor })).not.toBeNull()
        }
      }
    }
  })
})

const address = fc.tuple(fc.integer({ min: 11, max: 126 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((octets) => octets.join('.'))
const port = fc.integer({ min: 1, max: 14999 })
const hops: fc.Arbitrary<Hop> = fc.record({
  direction: fc.constantFrom('inbound', 'outbound', 'gateway'), mode: fc.constantFrom('REDIRECT', 'TPROXY'), minor: fc.integer({ min: 9, max: 30 }), kind: fc.constantFrom('service', 'passthrough'),
  ends: fc.uniqueArray(address, { minLength: 3, maxLength: 3 }), ports: fc.tuple(port, port, port),
} as const).map(({ direction, mode, minor, kind, ends: [remote = '', local = '', upstream = ''], ports: [source, destination, target] }): Hop => ({
  direction, mode, release: release(minor), remote: at(`${remote}:${source}`), local: at(`${local}:${destination}`),
  cluster: kind === 'passthrough' && direction !== 'gateway' ? { kind: 'passthrough' } : direction === 'inbound' ? { kind: 'inbound', targetPort: destination, service: null } : { kind: 'outbound', port: destination, subset: '', host: 'web' },
  upstreamHost: direction === 'inbound' || (kind === 'passthrough' && direction === 'outbound') ? null : at(`${upstream}:${target}`), dial: null, ownAddress: null, forwardedClient: null,
}))

/** The line Envoy would write of a hop. */
function lineOf(hop: Hop, ephemeral: number): string {
  const { upstream_cluster: cluster, ...predicted } = predictedAddresses(hop)
  const ends = Object.fromEntries(Object.entries(predicted).map(([name, endpoint]) => [name, endpoint && printLoggedEndpoint({ ...endpoint, port: endpoint.port ?? ephemeral })]))
  return printAccessLogEntry({ form: { kind: 'text', since: '1.9' }, fields: fieldsOf({ start_time: '2024-01-01T00:00:00.000Z', response_code: '0', bytes_received: '1', bytes_sent: '1', duration: '1', upstream_cluster: cluster ?? null, ...ends }) })
}

describe('a line written of a hop', () => {
  it('is explained as that hop and no other', () => {
    fc.assert(fc.property(hops, port, (hop, ephemeral) => {
      const [entry] = readAccessLog([{ name: 'log', text: lineOf(hop, ephemeral) }]).value.entries
      const readings = entry ? explainEntry(entry, { ownAddresses: [], minor: null }).readings : []
      expect(readings).toMatchObject([{ direction: hop.direction, destination: hop.cluster.kind === 'passthrough' ? 'passthrough' : 'service', mode: hop.direction === 'inbound' ? hop.mode : null, fit: 'agrees' }])
    }), { numRuns: 500 })
  })
})
