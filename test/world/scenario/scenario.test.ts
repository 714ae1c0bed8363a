import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { scenarioAnswer, scenarioJson } from '../../../src/render/scenarioText.ts'
import { hopLog } from '../../../src/world/scenario/hopLog.ts'
import type { HopLog } from '../../../src/world/scenario/hopLog.ts'
import { readScenario } from '../../../src/world/scenario/readScenario.ts'
import { remedies } from '../../../src/world/scenario/remedies.ts'
import type { Scenario } from '../../../src/world/scenario/scenario.ts'
import { scenarioHosts } from '../../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../../src/world/scenario/scenarioWalk.ts'
import type { ScenarioOutcome } from '../../../src/world/scenario/scenarioWalk.ts'

const example = (name: string): string => readFileSync(new URL(`../../../examples/scenarios/${name}.yaml`, import.meta.url), 'utf8')

/** The text with some of it replaced; a replacement that finds nothing is a mistake of the test. */
function edited(text: string, ...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((all, [from, to]) => (all.includes(from) ? all.replace(from, to) : expect.fail(`${JSON.stringify(from)} is not in the scenario`)), text)
}

function read(text: string): Scenario {
  const { value, diagnostics } = readScenario(text, 'scenario.yaml', () => null)
  return value ?? expect.fail(JSON.stringify(diagnostics))
}

const walked = (text: string): readonly ScenarioOutcome[] => { const scenario = read(text); return walkScenario(scenario, scenarioHosts(scenario).value) }

const answers = (text: string): string[] => walked(text).map(scenarioAnswer)

/** What the proxies of one outcome log; ephemeral ports as any. */
function logged(outcome: ScenarioOutcome | undefined): Record<string, Partial<HopLog>> {
  const anyPort = (value: unknown): unknown => (typeof value === 'string' ? value.replace(/:3\d{4}$/, ':any') : value)
  return Object.fromEntries((outcome?.journal.hops ?? []).map((hop) => [hop.host, Object.fromEntries(Object.entries(hopLog(hop, outcome?.journal.legs ?? [], outcome?.delay ?? 0)).map(([name, value]) => [name, anyPort(value)]))]))
}

const EAST_WEST = example('east-west')
const NORTH_SOUTH = example('north-south')
const EGRESS = example('egress')
const CALCULATOR = example('calculator')

describe('east to west', () => {
  it.each<readonly [string, string, string]>([
    ['REDIRECT hides the caller behind 127.0.0.6', EAST_WEST, 'app on httpbin sees 127.0.0.6 · X-Forwarded-For - · the client\'s connection: connected'],
    ['TPROXY keeps it', edited(EAST_WEST, ['node: node-b\n    sidecar: REDIRECT', 'node: node-b\n    sidecar: TPROXY']), 'app on httpbin sees 172.17.0.10 · X-Forwarded-For - · the client\'s connection: connected'],
    ['use_remote_address tells it in X-Forwarded-For', edited(EAST_WEST, ['node: node-b\n', 'node: node-b\n    forwardedFor: append\n']), 'app on httpbin sees 127.0.0.6 · X-Forwarded-For 172.17.0.10 · the client\'s connection: connected'],
    ['Istio 1.9 dials localhost', edited(EAST_WEST, ['istio: 1.14', 'istio: 1.9']), 'app on httpbin sees 127.0.0.1 · X-Forwarded-For - · the client\'s connection: connected'],
    ['without sidecars nothing is hidden', edited(EAST_WEST, ['    sidecar: REDIRECT\n', ''], ['    sidecar: REDIRECT\n', '']), 'app on httpbin sees 172.17.0.10 · X-Forwarded-For - · the client\'s connection: connected'],
    ['an app on 127.0.0.1 is not reached since 1.10', edited(EAST_WEST, ['listens: [80]', 'listens: [{port: 80, address: 127.0.0.1}]']), 'no application is reached · httpbin\'s own dial to 172.17.1.20:80: refused · the client\'s connection: connected'],
    ['and was before', edited(EAST_WEST, ['listens: [80]', 'listens: [{port: 80, address: 127.0.0.1}]'], ['istio: 1.14', 'istio: 1.9']), 'app on httpbin sees 127.0.0.1 · X-Forwarded-For - · the client\'s connection: connected'],
    ['a port no Service has is passed through', edited(EAST_WEST, ['to: httpbin.default:8000', 'to: 172.17.1.20:9000'], ['listens: [80]', 'listens: [80, 9000]'], ['http: {host: "httpbin:8000"}', '']), 'app on httpbin sees 127.0.0.6 · the client\'s connection: connected'],
    ['an app of the proxy\'s own user is not captured, and kube-proxy balances', edited(EAST_WEST, ['from: sleep', 'from: sleep\n  uid: 1337']), 'app on httpbin sees 127.0.0.6 · X-Forwarded-For - · the client\'s connection: connected'],
    ['an app calls itself through its Service', edited(EAST_WEST, ['from: sleep', 'from: httpbin']), 'app on httpbin sees 127.0.0.6 · X-Forwarded-For - · the client\'s connection: connected'],
    ['an app calls its own pod address', edited(EAST_WEST, ['from: sleep', 'from: httpbin'], ['to: httpbin.default:8000', 'to: 172.17.1.20:80'], ['http: {host: "httpbin:8000"}', '']), 'app on httpbin sees 172.17.1.20 · the client\'s connection: connected'],
    ['a headless Service\'s pod is dialled by its address', edited(EAST_WEST, ['    clusterIP: 172.16.5.5\n', ''], ['to: httpbin.default:8000', 'to: 172.17.1.20:80'], ['port: 8000, targetPort: 80', 'port: 80, targetPort: 80, protocol: tcp'], ['http: {host: "httpbin:8000"}', '']), 'app on httpbin sees 127.0.0.6 · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })

  it('both Envoys log what those of the same connection did', () => {
    expect(logged(walked(EAST_WEST)[0])).toMatchObject({
      sleep: { upstream_host: '172.17.1.20:80', upstream_cluster: 'outbound|8000||httpbin.default.svc.cluster.local', upstream_local_address: '172.17.0.10:any', downstream_local_address: '172.16.5.5:8000', downstream_remote_address: '172.17.0.10:any' },
      httpbin: {
        upstream_host: '172.17.1.20:80', upstream_cluster: 'inbound|80||', upstream_local_address: '127.0.0.6:any', downstream_local_address: '172.17.1.20:80', downstream_remote_address: '172.17.0.10:any',
        requested_server_name: 'outbound_.8000_._.httpbin.default.svc.cluster.local', x_forwarded_for: null, authority: 'httpbin:8000',
      },
    })
  })
  it('TPROXY\'s upstream local address is the caller\'s', () => {
    expect(logged(walked(edited(EAST_WEST, ['node: node-b\n    sidecar: REDIRECT', 'node: node-b\n    sidecar: TPROXY']))[0])).toMatchObject({ httpbin: { upstream_local_address: '172.17.0.10:any', upstream_cluster: 'inbound|80||' } })
  })
})

describe('north to south', () => {
  const cluster = walked(NORTH_SOUTH)
  it('externalTrafficPolicy Cluster: the gateway sees the node the balancer chose, by kube-proxy\'s masquerade', () => {
    expect(cluster.map(({ probability }) => probability)).toEqual([0.5, 0.5])
    expect(cluster.map(scenarioAnswer)).toEqual(['10.0.0.91', '10.0.0.93'].map((node) => `app on httpbin sees 127.0.0.6 · X-Forwarded-For ${node} · the client's connection: connected`))
    const rules = cluster[1]?.events.filter(({ host }) => host === 'node-b').map(({ event: { step } }) => (step.kind === 'ruleMatched' && step.target !== null ? `${step.place.chain} ${step.target}` : '')).filter(Boolean) ?? []
    expect(rules).toContain('KUBE-POSTROUTING MASQUERADE')
    expect(logged(cluster[1])).toMatchObject({
      gateway: { downstream_remote_address: '10.0.0.93:any', downstream_local_address: '172.17.0.30:80', upstream_local_address: '172.17.0.30:any', upstream_host: '172.17.1.20:80', upstream_cluster: 'outbound|8000||httpbin.default.svc.cluster.local', x_forwarded_for: '10.0.0.93', requested_server_name: null, authority: '47.242.1.1' },
      httpbin: { downstream_remote_address: '10.0.0.93:0', x_forwarded_for: '10.0.0.93' },
    })
  })
  it.each([['http', NORTH_SOUTH], ['https', edited(NORTH_SOUTH, ['to: 47.242.1.1:80', 'to: 47.242.1.1:443\n  sni: httpbin.example.com'], ['{name: http2, port: 80, targetPort: 80, nodePort: 31380}', '{name: https, port: 443, targetPort: 8443}'], ['{port: 80, hosts', '{port: 8443, hosts'])]])('Local: the client\'s address, over %s', (_, text) => {
    const local = walked(edited(text, ['externalTrafficPolicy: Cluster', 'externalTrafficPolicy: Local']))
    expect(local.map(scenarioAnswer)).toEqual(['app on httpbin sees 127.0.0.6 · X-Forwarded-For 120.244.1.2 · the client\'s connection: connected'])
    expect(logged(local[0])).toMatchObject({ gateway: { downstream_remote_address: '120.244.1.2:any', x_forwarded_for: '120.244.1.2' } })
  })
  it('a balancer that reaches pods by themselves keeps it whatever the policy', () => {
    expect(answers(edited(NORTH_SOUTH, ['loadBalancer: 47.242.1.1', 'loadBalancer: 47.242.1.1\n    loadBalancerTo: pods']))).toEqual(['app on httpbin sees 127.0.0.6 · X-Forwarded-For 120.244.1.2 · the client\'s connection: connected'])
  })
  it('the PROXY protocol tells it past the masquerade', () => {
    const told = walked(edited(NORTH_SOUTH, ['externalTrafficPolicy: Cluster', 'externalTrafficPolicy: Cluster\n    proxyProtocol: used']))
    expect(new Set(told.map(scenarioAnswer))).toEqual(new Set(['app on httpbin sees 127.0.0.6 · X-Forwarded-For 120.244.1.2 · the client\'s connection: connected']))
    expect(logged(told[0])).toMatchObject({ gateway: { downstream_remote_address: '120.244.1.2:any' }, httpbin: { downstream_remote_address: '120.244.1.2:0' } })
  })
  it.each([[0, '10.0.0.91:any'], [1, '203.0.113.9:0'], [2, '198.51.100.7:0'], [3, '10.0.0.91:any']])('a gateway that trusts %i proxies in front of it takes %s for the client', (hops, client) => {
    const text = edited(NORTH_SOUTH, ['http: {}', 'http: {xForwardedFor: [198.51.100.7, 203.0.113.9]}'], ['node: node-a\n', `node: node-a\n    trustedHops: ${hops}\n`])
    const [first] = walked(text)
    expect(first && scenarioAnswer(first)).toBe('app on httpbin sees 127.0.0.6 · X-Forwarded-For 198.51.100.7, 203.0.113.9, 10.0.0.91 · the client\'s connection: connected')
    expect(logged(first)).toMatchObject({ gateway: { downstream_remote_address: client }, httpbin: { downstream_remote_address: '10.0.0.91:0' } })
  })
  it('what would mend it was tried', () => {
    const scenario = read(NORTH_SOUTH)
    expect(remedies(scenario, cluster).map(({ change, gives }) => [change, gives])).toEqual([
      ['externalTrafficPolicy Local for istio-ingressgateway.istio-system', 'from X-Forwarded-For'], ['the PROXY protocol between the load balancer and the gateway of istio-ingressgateway.istio-system', 'from X-Forwarded-For'],
    ])
    const east = read(EAST_WEST)
    expect(remedies(east, walked(EAST_WEST)).map(({ change, gives }) => [change, gives])).toEqual([
      ['interceptionMode TPROXY for httpbin', 'as the address it is dialled from'], ['use_remote_address on the inbound listener of httpbin (an EnvoyFilter)', 'from X-Forwarded-For'],
    ])
  })
})

describe('to hosts outside', () => {
  const direct = edited(EGRESS, ['    via: istio-egressgateway.istio-system:80\n', ''])
  const unregistered = edited(EGRESS, ['httpbin.org:\n    ports', 'other.org:\n    ports'], ['hosts: [httpbin.org], to: "httpbin.org:80"', 'hosts: [other.org], to: "other.org:80"'], ['    via: istio-egressgateway.istio-system:80\n', ''])
  it.each<readonly [string, string, string]>([
    ['through the egress gateway, on its targetPort', EGRESS, 'app on httpbin sees 10.80.2.30 · X-Forwarded-For 10.80.2.26 · the client\'s connection: connected'],
    ['straight, where a ServiceEntry knows it', direct, 'app on httpbin sees 10.80.2.26 · X-Forwarded-For - · the client\'s connection: connected'],
    ['REGISTRY_ONLY answers 502 for an HTTP host nobody registered', unregistered, 'no application is reached · sleep\'s proxy answers 502 · the client\'s connection: connected'],
    ['and closes a TLS connection', edited(unregistered, ['to: 35.169.55.235:80\n  http: {host: httpbin.org}', 'to: 35.169.55.235:443\n  sni: httpbin.org']), 'no application is reached · sleep\'s proxy closes the connection · the client\'s connection: connected'],
    ['ALLOW_ANY lets both through', edited(unregistered, ['REGISTRY_ONLY', 'ALLOW_ANY']), 'app on httpbin sees 10.80.2.26 · X-Forwarded-For - · the client\'s connection: connected'],
    ['and what is outside includeOutboundIPRanges is not captured', edited(unregistered, ['sidecar: REDIRECT', 'sidecar: REDIRECT\n    annotations: {traffic.sidecar.istio.io/includeOutboundIPRanges: "10.0.0.0/8"}']), 'app on httpbin sees 10.80.2.26 · X-Forwarded-For - · the client\'s connection: connected'],
    ['an address nobody has: no answer', edited(direct, ['35.169.55.235:80', '35.169.55.236:80'], ['REGISTRY_ONLY', 'ALLOW_ANY'], ['resolution: DNS', 'resolution: NONE']), 'no application is reached · sleep\'s own dial to 35.169.55.236:80: timeout · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })
  it('a VirtualService\'s timeout', () => {
    const slow = edited(direct, ['listens: [80, 443]}', 'listens: [80, 443], delay: 5}'], ['resolution: DNS', 'resolution: DNS\n    timeout: 3'])
    expect(answers(slow)).toEqual(['app on httpbin sees 10.80.2.26 · X-Forwarded-For - · sleep\'s proxy answers 504 after 3 s · the client\'s connection: connected'])
    expect(logged(walked(slow)[0])).toMatchObject({ sleep: { response_code: 504, upstream_host: '35.169.55.235:80' } })
  })
  it('a NetworkPolicy that lets only the gateway out', () => {
    const policy: readonly [string, string] = ['  node-a: 10.0.0.91', '  node-a:\n    address: 10.0.0.91\n    filter: ["-A FORWARD -s 10.80.2.26/32 ! -d 10.0.0.0/8 -j DROP"]']
    expect(answers(edited(direct, policy))).toEqual(['no application is reached · sleep\'s own dial to 35.169.55.235:80: timeout · the client\'s connection: connected'])
    expect(answers(edited(EGRESS, policy))).toEqual(['app on httpbin sees 10.80.2.30 · X-Forwarded-For 10.80.2.26 · the client\'s connection: connected'])
  })
  it('resolution DNS dials its own answer, whatever the application dialled', () => {
    const [outcome] = walked(edited(direct, ['to: 35.169.55.235:80', 'to: 192.0.2.1:80']))
    expect(outcome && scenarioAnswer(outcome)).toBe('app on httpbin sees 10.80.2.26 · X-Forwarded-For - · the client\'s connection: connected')
    expect(logged(outcome)).toMatchObject({ sleep: { upstream_cluster: 'outbound|80||httpbin.org', upstream_host: '35.169.55.235:80', downstream_local_address: '192.0.2.1:80' } })
  })
  it('the two Envoys of an egress log their clusters', () => {
    expect(logged(walked(EGRESS)[0])).toMatchObject({
      sleep: { upstream_cluster: 'outbound|80||istio-egressgateway.istio-system.svc.cluster.local', upstream_host: '10.80.2.30:8080' },
      egress: { upstream_cluster: 'outbound|80||httpbin.org', upstream_host: '35.169.55.235:80', downstream_local_address: '10.80.2.30:8080', downstream_remote_address: '10.80.2.26:any' },
    })
  })
})

it('Istio 1.4: two weighted versions, each dialled on localhost', () => {
  const outcomes = walked(CALCULATOR)
  expect(outcomes.map(({ probability }) => probability)).toEqual([0.75, 0.25])
  expect(outcomes.map(scenarioAnswer)).toEqual(['v1', 'v2'].map((version) => `calculator on calculator-${version} sees 127.0.0.1 · X-Forwarded-For - · the client's connection: connected`))
  expect(logged(outcomes[0])).toMatchObject({
    client: { upstream_cluster: 'outbound|8888|v1|calculator.vm.svc.cluster.local' },
    'calculator-v1': { upstream_cluster: 'inbound|8888|grpc|calculator.vm.svc.cluster.local', upstream_host: '127.0.0.1:8888', upstream_local_address: '127.0.0.1:any', downstream_local_address: '192.144.99.163:8888' },
  })
})

it('Istio 1.4: a dial of the own pod address goes to the inbound listener, not to the blackhole of the outbound one', () => {
  const [outcome, ...others] = walked(edited(CALCULATOR, ['from: client', 'from: calculator-v1'], ['to: calculator.vm:8888\n  http: {}', 'to: 192.144.99.163:8888']))
  expect(others).toEqual([])
  expect(outcome?.journal.receptions.map(({ host, accept }) => [host, accept.process, accept.port, accept.peer])).toEqual([['calculator-v1', 'envoy', 15006, '192.144.99.163'], ['calculator-v1', 'calculator', 8888, '127.0.0.1']])
})

it('its JSON names every host', () => {
  const scenario = read(EAST_WEST)
  const json: unknown = JSON.parse(JSON.stringify(scenarioJson(scenario, walkScenario(scenario, scenarioHosts(scenario).value), [])))
  expect(json).toMatchObject({ schema: 'chainwalk/scenario@1', outcomes: [{ result: 'connected', accepts: [{ host: 'sleep', port: 15001 }, { host: 'httpbin', port: 15006, originalDestination: '172.17.1.20:80' }, { host: 'httpbin', process: 'app', peer: '127.0.0.6' }] }] })
})

describe('what else happens in a mesh', () => {
  const NO_HTTP: readonly [string, string] = ['http: {host: "httpbin:8000"}', '']
  const probe = (port: number): string => edited(EAST_WEST, ['from: sleep', 'from: node-b\n  uid: 0'], ['to: httpbin.default:8000', `to: 172.17.1.20:${port}`], NO_HTTP)
  it.each<readonly [string, string, string]>([
    ['the kubelet\'s probe, rewritten to the agent\'s port, is not captured', probe(15020), 'agent on httpbin sees 10.0.0.93 · the client\'s connection: connected'],
    ['one of the application\'s own port is', probe(80), 'app on httpbin sees 127.0.0.6 · the client\'s connection: connected'],
    ['Envoy answers for its health itself', probe(15021), 'no application is reached · the client\'s connection: connected'],
    ['an init container dials before Envoy runs', edited(EAST_WEST, ['node: node-a\n', 'node: node-a\n    proxy: absent\n']), 'no application is reached · the client\'s connection: refused'],
    ['and as the proxy\'s user is let through', edited(EAST_WEST, ['node: node-a\n', 'node: node-a\n    proxy: absent\n'], ['from: sleep', 'from: sleep\n  uid: 1337']), 'app on httpbin sees 127.0.0.6 · X-Forwarded-For - · the client\'s connection: connected'],
    ['a port excluded inbound keeps its client', edited(EAST_WEST, ['node: node-b\n', 'node: node-b\n    annotations: {traffic.sidecar.istio.io/excludeInboundPorts: "80"}\n']), 'app on httpbin sees 172.17.0.10 · X-Forwarded-For - · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })

  const ingress = (of: string, mode = 'REDIRECT'): string => edited(EAST_WEST, ['node: node-b\n    sidecar: REDIRECT', `node: node-b\n    sidecar: ${mode}\n    ingress: [${of}]`], ['listens: [80]', 'listens: [80, {port: 8080, address: 127.0.0.1}, 9090]'])
  it.each<readonly [string, string, string, string | null, string | null]>([
    ['a Sidecar\'s ingress on localhost', ingress('{port: 80, to: "127.0.0.1:8080"}'), '127.0.0.1', 'inbound|80||', '127.0.0.1:8080'],
    ['on the pod\'s address', ingress('{port: 80, to: "0.0.0.0:9090"}'), '127.0.0.6', 'inbound|80||', '172.17.1.20:9090'],
    ['on what was dialled', ingress('80'), '127.0.0.6', 'inbound|80||', '172.17.1.20:80'],
    ['under TPROXY the client\'s address stays', ingress('{port: 80, to: "0.0.0.0:9090"}', 'TPROXY'), '172.17.0.10', 'inbound|80||', '172.17.1.20:9090'],
    ['what it does not name is passed through', ingress('81'), '127.0.0.6', 'InboundPassthroughClusterIpv4', '172.17.1.20:80'],
  ])('%s', (_, text, peer, cluster, host) => {
    const [outcome] = walked(text)
    expect([outcome?.journal.end?.accept.peer, logged(outcome)['httpbin']?.upstream_cluster, logged(outcome)['httpbin']?.upstream_host]).toEqual([peer, cluster, host])
  })

  it('a Service without a selector has hosts outside for endpoints', () => {
    const text = edited(EGRESS, ['services:\n', 'services:\n  wikipedia.default:\n    clusterIP: 10.84.5.20\n    ports: [{name: tls, port: 443, targetPort: 443, protocol: tcp}]\n    outside: [httpbin]\n'], ['to: 35.169.55.235:80\n  http: {host: httpbin.org}', 'to: wikipedia.default:443\n  sni: wikipedia.org'])
    expect(answers(text)).toEqual(['app on httpbin sees 10.80.2.26 · the client\'s connection: connected'])
    expect(logged(walked(text)[0])).toMatchObject({ sleep: { upstream_cluster: 'outbound|443||wikipedia.default.svc.cluster.local', upstream_host: '35.169.55.235:443', downstream_local_address: '10.84.5.20:443' } })
    // Past the sidecar it is kube-proxy that goes there.
    expect(answers(edited(text, ['    sidecar: REDIRECT\n', '']))).toEqual(['app on httpbin sees 10.80.2.26 · the client\'s connection: connected'])
  })

  it('an ExternalName leads to the host outside that it names', () => {
    const [outcome, ...more] = walked('istio: 1.14\nnodes: {n: 10.0.0.91}\npods:\n  sleep: {address: 172.17.0.10, node: n, sidecar: REDIRECT}\noutside:\n  httpbin: {address: 35.169.55.235, names: [httpbin.org], listens: [80]}\nservices:\n  my-httpbin.default: {ports: [{name: http, port: 80, targetPort: 80}], outside: [httpbin]}\nconnection: {from: sleep, to: "my-httpbin.default:80", http: {}}\n')
    expect([more, outcome && scenarioAnswer(outcome)]).toEqual([[], 'app on httpbin sees 172.17.0.10 · X-Forwarded-For - · the client\'s connection: connected'])
    expect(logged(outcome)).toMatchObject({ sleep: { upstream_cluster: 'outbound|80||my-httpbin.default.svc.cluster.local', upstream_host: '35.169.55.235:80', authority: 'my-httpbin.default' } })
  })

  const DNS = `
istio: 1.14
nameservers: [10.96.0.10]
nodes: {node-a: 10.0.0.91}
pods:
  sleep: {address: 172.17.0.10, node: node-a, sidecar: REDIRECT, annotations: {proxy.istio.io/config: '{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}}'}}
  dns: {address: 172.17.0.53, node: node-a, listens: [{port: 53, proto: udp, program: coredns}]}
outside: {resolver: {address: 10.96.0.10, listens: [{port: 53, proto: udp, program: resolver}]}}
connection: {from: sleep, proto: udp, to: "10.96.0.10:53"}
`
  it.each<readonly [string, string, string]>([
    ['an application\'s DNS query goes to the agent, and its answer comes back', DNS, 'agent on sleep sees 172.17.0.10 · the client\'s connection: connected'],
    ['the agent\'s own goes to the nameserver', edited(DNS, ['from: sleep', 'from: sleep, uid: 1337']), 'resolver on resolver sees 172.17.0.10 · the client\'s connection: connected'],
    ['and so do all without DNS capture', edited(DNS, [', annotations: {proxy.istio.io/config: \'{"proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"}}\'}', '']), 'resolver on resolver sees 172.17.0.10 · the client\'s connection: connected'],
  ])('%s', (_, text, answer) => {
    expect(answers(text)).toEqual([answer])
  })

  const V6 = EAST_WEST.replace('podCidr: 172.17.0.0/16', 'podCidr: fd00:17::/48').replace(/172\.17\.0\.10/g, 'fd00:17::10').replace(/172\.17\.1\.20/g, 'fd00:17::20').replace('172.16.5.5', 'fd00:16::5').replace('10.0.0.91', 'fd00:10::91').replace('10.0.0.93', 'fd00:10::93')
  it.each<readonly [string, string, string]>([
    ['REDIRECT', V6, '::6'],
    ['TPROXY', edited(V6, ['node: node-b\n    sidecar: REDIRECT', 'node: node-b\n    sidecar: TPROXY']), 'fd00:17::10'],
    ['kube-proxy alone', V6.replaceAll('    sidecar: REDIRECT\n', ''), 'fd00:17::10'],
  ])('IPv6: %s', (_, text, peer) => {
    expect(answers(text)).toEqual([`app on httpbin sees ${peer} · X-Forwarded-For - · the client's connection: connected`])
  })

  it('rules of a dump in place of those made: a pod calls another, and both Envoys log it', () => {
    const dump = readFileSync(new URL('../../../examples/redirect/nat.txt', import.meta.url), 'utf8')
    const { value } = readScenario(`
istio: 1.14
nodes: {node: 10.10.0.5}
pods:
  client: {address: 10.20.0.78, node: node, rules: nat.txt}
  server: {address: 10.20.0.77, node: node, rules: nat.txt, listens: [18080]}
services:
  simple-server-svc.demo-to: {clusterIP: 10.30.0.9, ports: [18080], pods: [server]}
connection: {from: client, to: "simple-server-svc.demo-to:18080", http: {}}
`, 'scenario.yaml', () => dump)
    const [outcome] = value ? walkScenario(value, scenarioHosts(value).value) : []
    expect(logged(outcome)).toMatchObject({
      client: { upstream_cluster: 'outbound|18080||simple-server-svc.demo-to.svc.cluster.local', upstream_host: '10.20.0.77:18080', downstream_local_address: '10.30.0.9:18080' },
      server: {
        authority: 'simple-server-svc.demo-to:18080', upstream_host: '10.20.0.77:18080', upstream_cluster: 'inbound|18080||', upstream_local_address: '127.0.0.6:any', downstream_local_address: '10.20.0.77:18080',
        downstream_remote_address: '10.20.0.78:any', requested_server_name: 'outbound_.18080_._.simple-server-svc.demo-to.svc.cluster.local', route_name: 'default',
      },
    })
  })
})

describe('a wrong scenario is told what is wrong, and where', () => {
  it.each<readonly [string, string, string]>([
    ['an unknown field', edited(EAST_WEST, ['listens: [80]', 'listen: [80]']), '16:5 pod httpbin: there is no field "listen"; did you mean listens?'],
    ['a missing host', edited(EAST_WEST, ['from: sleep', 'from: slep']), '24:9 connection: there is no pod, node or host outside named "slep"'],
    ['two hosts with one address', edited(EAST_WEST, ['172.17.1.20', '172.17.0.10']), '12:3 the scenario: httpbin and sleep have the same address, 172.17.0.10'],
    ['a node that is not there', edited(EAST_WEST, ['node: node-b', 'node: node-c']), '14:11 pod httpbin: there is no node "node-c"'],
    ['a Service of a pod that is not there', edited(EAST_WEST, ['pods: [httpbin]', 'pods: [httpbins]']), '22:11 service httpbin.default: there is no pod "httpbins"'],
    ['no address', edited(EAST_WEST, ['172.17.1.20', 'nowhere']), '13:14 pod httpbin: address: "nowhere" is no IP address'],
    ['a port out of range', edited(EAST_WEST, ['port: 8000', 'port: 80000']), '21:28 a port of service httpbin.default: port must be a number from 1 to 65535'],
    ['no YAML', 'pods:\n  a: [\nconnection: {}', '3:1 Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['a mode there is not', edited(EAST_WEST, ['sidecar: REDIRECT', 'sidecar: REDIR']), '11:14 pod sleep: sidecar is REDIRECT or TPROXY, not "REDIR"'],
    ['an Istio there is not', edited(EAST_WEST, ['istio: 1.14', 'istio: 0.8']), '2:8 the scenario: istio: "0.8" is no Istio version known here'],
  ])('%s', (_, text, told) => {
    const { value, diagnostics } = readScenario(text, 'scenario.yaml', () => null)
    expect(value).toBeNull()
    expect(diagnostics.map(({ span, message }) => `${span?.line}:${span?.column} ${message}`)).toContainEqual(expect.stringContaining(told))
  })
})
