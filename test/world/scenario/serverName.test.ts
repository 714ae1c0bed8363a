import { describe, expect, it } from 'vitest'
import { scenarioAnswer } from '../../../src/render/scenarioText.ts'
import { readScenario } from '../../../src/world/scenario/readScenario.ts'
import { scenarioHosts } from '../../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../../src/world/scenario/scenarioWalk.ts'
import { hopLog } from '../../../src/world/scenario/hopLog.ts'

/** Names nobody can register one by one: the egress gateway hands TLS to nginx beside it, which goes where the server name says. */
const MESH = `
istio: 1.6
outboundTrafficPolicy: REGISTRY_ONLY
pods:
  sleep: {address: 10.80.3.61, sidecar: REDIRECT}
  gateway:
    address: 10.83.0.193
    sniVerifier: unused
    gateway: [{port: 443, hosts: ["*.baidu.com"], to: "sni-proxy.local:8443"}]
    listens: [{port: 8443, address: 127.0.0.1, program: sni-proxy, uid: 0, byServerName: 443}]
outside:
  fanyi: {address: 203.0.113.1, listens: [443], names: [fanyi.baidu.com]}
  map: {address: 203.0.113.2, listens: [443], names: ["*.map.baidu.com", map.baidu.com]}
  other: {address: 203.0.113.3, listens: [443], names: [other.example]}
services:
  istio-egressgateway.istio-system: {clusterIP: 10.84.5.9, ports: [{name: tls, port: 443, protocol: tcp}], pods: [gateway]}
external:
  "*.baidu.com": {ports: [{port: 443, protocol: tls}], resolution: NONE, via: "istio-egressgateway.istio-system:443"}
  sni-proxy.local: {ports: [{port: 8443, protocol: tcp}], resolution: STATIC, outside: [127.0.0.1]}
connection: {from: sleep, to: "203.0.113.9:443", sni: fanyi.baidu.com}
`

const edited = (text: string, ...edits: readonly (readonly [string, string])[]): string => edits.reduce((all, [from, to]) => (all.includes(from) ? all.replace(from, to) : expect.fail(`no ${from}`)), text)

function walked(text: string) {
  const { value, diagnostics } = readScenario(text, 'mesh.yaml', () => null)
  const scenario = value ?? expect.fail(JSON.stringify(diagnostics))
  return walkScenario(scenario, scenarioHosts(scenario).value)
}

const answers = (text: string): string[] => walked(text).map(scenarioAnswer)

const VERIFIED = ['sniVerifier: unused', 'sniVerifier: used'] as const
/** What a pod's proxy puts round it says another name than what is inside. */
const RENAMED = ['via: "istio-egressgateway.istio-system:443"', 'via: "istio-egressgateway.istio-system:443", viaSni: map.baidu.com'] as const
/** A program with the proxy's user id speaks the mesh's TLS by itself. */
const SPOOFED = ['to: "203.0.113.9:443", sni: fanyi.baidu.com', 'uid: 1337, to: "10.83.0.193:443", sni: fanyi.baidu.com, innerSni: other.example'] as const

describe('a proxy that goes by server name, behind the egress gateway', () => {
  it.each<readonly [string, string, string]>([
    ['passes on to the host of that name', MESH, 'app on fanyi sees 10.83.0.193 · the client\'s connection: connected'],
    ['whatever address the application dialled', edited(MESH, ['sni: fanyi', 'sni: map']), 'app on map sees 10.83.0.193 · the client\'s connection: connected'],
    ['names with a wildcard among them', edited(MESH, ['sni: fanyi', 'sni: a.map']), 'app on map sees 10.83.0.193 · the client\'s connection: connected'],
    ['and closes where DNS knows none', edited(MESH, ['sni: fanyi', 'sni: zhidao']), 'no application is reached · gateway\'s sni-proxy closes the connection · the client\'s connection: connected'],
    ['a name of nobody\'s ServiceEntry does not leave the pod', edited(MESH, ['sni: fanyi.baidu.com', 'sni: other.example']), 'no application is reached · sleep\'s proxy closes the connection · the client\'s connection: connected'],
    ['nobody listens there', edited(MESH, ['{address: 203.0.113.1, listens: [443]', '{address: 203.0.113.1']), 'no application is reached · gateway\'s own dial to 203.0.113.1:443: refused · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })

  it('only Envoys log as Envoys do', () => {
    const [outcome] = walked(MESH)
    expect(outcome?.journal.logged.map((hop) => [hop.host, hopLog(hop, outcome.journal.legs, 0).upstream_host])).toEqual([['sleep', '10.83.0.193:443'], ['gateway', '127.0.0.1:8443']])
    expect(outcome?.journal.receptions.map(({ host, accept, request }) => [host, accept.process, accept.peer, request?.sni])).toEqual([
      ['sleep', 'envoy', '10.80.3.61', 'fanyi.baidu.com'], ['gateway', 'envoy', '10.80.3.61', 'fanyi.baidu.com'], ['gateway', 'sni-proxy', '127.0.0.1', 'fanyi.baidu.com'], ['fanyi', 'app', '10.83.0.193', 'fanyi.baidu.com'],
    ])
  })
})

describe('the filter against spoofed server names', () => {
  it.each<readonly [string, string, string]>([
    ['lets pass what says one name inside and outside', edited(MESH, VERIFIED), 'app on fanyi sees 10.83.0.193 · the client\'s connection: connected'],
    ['without it the name inside decides where nginx goes', edited(MESH, RENAMED), 'app on fanyi sees 10.83.0.193 · the client\'s connection: connected'],
    ['with it that is closed', edited(MESH, RENAMED, VERIFIED), 'no application is reached · gateway\'s proxy closes the connection · the client\'s connection: connected'],
    ['a client that hides one name behind another gets anywhere', edited(MESH, SPOOFED), 'app on other sees 10.83.0.193 · the client\'s connection: connected'],
    ['but not past the filter', edited(MESH, SPOOFED, VERIFIED), 'no application is reached · gateway\'s proxy closes the connection · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })
})
