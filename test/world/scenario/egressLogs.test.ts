import { describe, expect, it } from 'vitest'
import { hopLog } from '../../../src/world/scenario/hopLog.ts'
import { readScenario } from '../../../src/world/scenario/readScenario.ts'
import { scenarioHosts } from '../../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../../src/world/scenario/scenarioWalk.ts'
import type { ScenarioOutcome } from '../../../src/world/scenario/scenarioWalk.ts'

/** A mesh with one pod that dials, one egress gateway, and hosts outside; what each line of the log says is nowhere in it but as an address somebody has. */
const mesh = (sleep: string, gateway: string, routes: string, external: string, connection: string): string => `
istio: 1.6
nodes: {node-a: 10.0.0.91}
pods:
  sleep: {address: ${sleep}, node: node-a, sidecar: REDIRECT}
  gateway:
    address: ${gateway}
    node: node-a
    gateway: [${routes}]
    listens: [{port: 8444, program: sni-proxy}]
outside: {site: {address: 151.101.1.67, listens: [80, 443]}, nginx: {address: 10.80.2.14, listens: [443]}, proxy: {address: 10.80.2.87, listens: [3128]}}
services:
  istio-egressgateway.istio-system:
    clusterIP: 10.84.5.9
    ports: [{name: http, port: 80, targetPort: 8080}, {name: tls, port: 443, targetPort: 443, protocol: tcp}, {name: https, port: 444, targetPort: 8443}]
    pods: [gateway]
external: {${external}}
connection: {from: sleep, ${connection}}
`

const SITE = (ports: string, via = ''): string => `edition.cnn.com: {ports: [${ports}], resolution: DNS, outside: [site]${via}}`
const HTTP = '{port: 80, protocol: http}'
const TLS = '{port: 443, protocol: tls}'
const dial = (to: string, says: string): string => `to: "${to}", ${says}`
const GET = 'http: {host: edition.cnn.com}'

/** What Envoys of Istio 1.6 logged (a page on egress traffic, 2020), and the mesh that was theirs. */
const LINES: readonly (readonly [string, 'sleep' | 'gateway', string, string])[] = [
  ['a sidecar, HTTP to a registered host', 'sleep', '"-" "edition.cnn.com" "151.101.1.67:80" outbound|80||edition.cnn.com 10.80.3.231:48390 151.101.65.67:80 10.80.3.231:44674 - default',
    mesh('10.80.3.231', '10.80.3.232', '', SITE(`${HTTP}, ${TLS}`), dial('151.101.65.67:80', GET))],
  ['a sidecar, TLS to a registered host', 'sleep', '"-" "-" "151.101.1.67:443" outbound|443||edition.cnn.com 10.80.3.231:47044 151.101.65.67:443 10.80.3.231:42990 edition.cnn.com -',
    mesh('10.80.3.231', '10.80.3.232', '', SITE(`${HTTP}, ${TLS}`), dial('151.101.65.67:443', 'sni: edition.cnn.com'))],
  ['an egress gateway, HTTP', 'gateway', '"10.80.3.231" "edition.cnn.com" "151.101.1.67:80" outbound|80||edition.cnn.com 10.80.3.232:51516 10.80.3.232:8080 10.80.3.231:38072 - -',
    mesh('10.80.3.231', '10.80.3.232', '{port: 8080, hosts: [edition.cnn.com], to: "edition.cnn.com:80"}', SITE(HTTP, ', via: "istio-egressgateway.istio-system:80"'), dial('151.101.65.67:80', GET))],
  ['an egress gateway, TLS passed through', 'gateway', '"-" "-" "151.101.1.67:443" outbound|443||edition.cnn.com 10.83.1.219:56116 10.83.1.219:443 10.80.3.25:59032 edition.cnn.com -',
    mesh('10.80.3.25', '10.83.1.219', '{port: 443, hosts: [edition.cnn.com], to: "edition.cnn.com:443"}', SITE(TLS, ', via: "istio-egressgateway.istio-system:443"'), dial('151.101.65.67:443', 'sni: edition.cnn.com'))],
  ['an egress gateway that begins TLS itself', 'gateway', '"10.80.3.231" "edition.cnn.com" "151.101.1.67:443" outbound|443||edition.cnn.com 10.80.3.232:38522 10.80.3.232:8080 10.80.3.231:46064 edition.cnn.com -',
    mesh('10.80.3.231', '10.80.3.232', '{port: 8080, hosts: [edition.cnn.com], to: "edition.cnn.com:443"}', SITE(`${HTTP}, ${TLS}`, ', via: "istio-egressgateway.istio-system:80", viaSni: edition.cnn.com'), dial('151.101.65.67:80', GET))],
  ['and mutual TLS to a Service outside the mesh', 'gateway', '"10.80.3.231" "my-nginx.mesh-external.svc.cluster.local" "10.80.2.14:443" outbound|443||my-nginx.mesh-external.svc.cluster.local 10.80.2.15:56608 10.80.2.15:8443 10.80.3.231:50962 my-nginx.mesh-external.svc.cluster.local -',
    mesh('10.80.3.231', '10.80.2.15', '{port: 8443, hosts: [my-nginx.mesh-external.svc.cluster.local], to: "my-nginx.mesh-external.svc.cluster.local:443"}',
      `my-nginx.mesh-external.svc.cluster.local: {ports: [${HTTP}, ${TLS}], resolution: DNS, outside: [nginx], via: "istio-egressgateway.istio-system:444", viaSni: my-nginx.mesh-external.svc.cluster.local}`, dial('10.84.9.9:80', 'http: {host: my-nginx.mesh-external.svc.cluster.local}'))],
  ['an egress gateway in front of a proxy that goes by server name', 'gateway', '"-" "-" "127.0.0.1:8444" outbound|8444||sni-proxy.local 127.0.0.1:49018 10.83.0.193:443 10.80.3.61:43114 fanyi.baidu.com -',
    mesh('10.80.3.61', '10.83.0.193', '{port: 443, hosts: ["*.baidu.com"], to: "sni-proxy.local:8444"}',
      `"*.baidu.com": {ports: [${TLS}], resolution: NONE, via: "istio-egressgateway.istio-system:443"}, sni-proxy.local: {ports: [{port: 8444, protocol: tcp}], resolution: STATIC, outside: [127.0.0.1]}`, dial('151.101.1.67:443', 'sni: fanyi.baidu.com'))],
  ['a sidecar, TCP to the company\'s HTTPS proxy', 'sleep', '"-" "-" "10.80.2.87:3128" outbound|3128||my-company-proxy.com 10.80.2.77:36576 10.80.2.87:3128 10.80.2.77:36574 - -',
    mesh('10.80.2.77', '10.80.3.232', '', 'my-company-proxy.com: {ports: [{port: 3128, protocol: tcp}], resolution: NONE}', 'to: "10.80.2.87:3128"')],
]

/** The same at other times, when DNS had other answers. */
const AGAIN: readonly (readonly [string, number, string, readonly (readonly [string, string])[]])[] = [
  ['TLS passed through', 3, '"-" "-" "151.101.193.67:443" outbound|443||edition.cnn.com 10.83.1.219:39574 10.83.1.219:443 10.80.3.25:35492 edition.cnn.com -', [['151.101.1.67, listens', '151.101.193.67, listens']]],
  ['mutual TLS', 5, '"10.80.3.231" "my-nginx.mesh-external.svc.cluster.local" "10.80.2.19:443" outbound|443||my-nginx.mesh-external.svc.cluster.local 10.80.2.15:40754 10.80.2.15:8443 10.80.3.231:57626 my-nginx.mesh-external.svc.cluster.local -', [['10.80.2.14', '10.80.2.19']]],
  ['the proxy that goes by server name', 6, '"-" "-" "127.0.0.1:8444" outbound|8444||sni-proxy.local 127.0.0.1:58212 10.83.0.193:443 10.80.3.61:53980 map.baidu.com -', [['sni: fanyi', 'sni: map']]],
]

/** The end of a line in Istio's text format; ephemeral ports as any. */
function fields(line: string): unknown {
  const [, x_forwarded_for, authority, upstream_host, upstream_cluster, upstream_local_address, downstream_local_address, downstream_remote_address, requested_server_name, route_name] = /^"(.*?)" "(.*?)" "(.*?)" (\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$/.exec(line) ?? []
  return anyPorts({ x_forwarded_for, authority, upstream_host, upstream_cluster, upstream_local_address, downstream_local_address, downstream_remote_address, requested_server_name, route_name })
}

const anyPorts = (entry: object): unknown => Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, value === '-' ? null : typeof value === 'string' ? value.replace(/:(3[3-9]|4\d|5\d)\d{3}$/, ':any') : value]))

describe('each Envoy logs what it was seen to log', () => {
  it.each(AGAIN)('again: %s', (_, at, line, edits) => {
    const [, host = 'gateway', , text = ''] = LINES[at] ?? []
    expectLine(host, line, edits.reduce((all, [from, to]) => all.replace(from, to), text))
  })
  it.each(LINES)('%s', (_, host, line, text) => {
    expectLine(host, line, text)
  })
  it('the far end sees the gateway, by its address', () => {
    const [, , , text = ''] = LINES[5] ?? []
    expect(walked(text)?.journal.receptions.at(-1)).toMatchObject({ host: 'nginx', accept: { peer: '10.80.2.15', port: 443 }, request: { authority: 'my-nginx.mesh-external.svc.cluster.local' } })
  })
})

function walked(text: string): ScenarioOutcome | undefined {
  const { value, diagnostics } = readScenario(text, 'mesh.yaml', () => null)
  const scenario = value ?? expect.fail(JSON.stringify(diagnostics))
  const [outcome, ...others] = walkScenario(scenario, scenarioHosts(scenario).value)
  expect(others).toEqual([])
  return outcome
}

function expectLine(host: string, line: string, text: string): void {
  const outcome = walked(text)
  const hop = outcome?.journal.hops.find((each) => each.host === host) ?? expect.fail(`${host} has no hop: ${JSON.stringify(outcome?.journal.hops)}`)
  const { response_code, ...entry } = hopLog(hop, outcome?.journal.legs ?? [], 0)
  expect([response_code, anyPorts(entry)]).toEqual([entry.authority === null ? null : 200, fields(line)])
}
