import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { scenarioAnswer } from '../../src/render/scenarioText.ts'
import { hopLog } from '../../src/world/scenario/hopLog.ts'
import { readScenario } from '../../src/world/scenario/readScenario.ts'
import { scenarioHosts } from '../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../src/world/scenario/scenarioWalk.ts'
import type { ScenarioOutcome } from '../../src/world/scenario/scenarioWalk.ts'

const DATA = join(import.meta.dirname, 'data')

/** The two Envoys the article shows, each in its own pod. */
const SCENARIO = `
istio: 1.4
podCidr: 0.0.0.0/0
nodes: {vm: 10.10.0.5}
pods:
  webapp: {address: 10.244.2.73, node: vm, sidecar: REDIRECT, envoy: istio14-webapp-envoy.txt}
  calculator-v1: {address: 192.144.99.163, node: vm, sidecar: REDIRECT, envoy: istio14-calculator-envoy.txt, listens: [{port: 8888, program: calculator}]}
  calculator-v2: {address: 192.144.99.164, node: vm, sidecar: REDIRECT, listens: [{port: 8888, program: calculator}]}
outside:
  elsewhere: {address: 203.0.113.9, listens: [8888]}
services:
  calculator.vm:
    clusterIP: 10.106.45.142
    ports: [{name: grpc, port: 8888, targetPort: 8888}]
    pods: [calculator-v1, calculator-v2]
    split: [{subset: v1, weight: 90, pods: [calculator-v1]}, {subset: v2, weight: 10, pods: [calculator-v2]}]
connection:
  from: webapp
  to: calculator.vm:8888
  http: {}
`

function walked(...edits: readonly (readonly [string, string])[]): { readonly outcomes: readonly ScenarioOutcome[]; readonly said: readonly string[] } {
  const text = edits.reduce((all, [from, to]) => { expect(all).toContain(from); return all.replace(from, to) }, SCENARIO)
  const { value, diagnostics } = readScenario(text, 'seed.yaml', (name) => readFileSync(join(DATA, name), 'utf8'))
  if (!value) throw new Error(JSON.stringify(diagnostics))
  const hosts = scenarioHosts(value)
  return { outcomes: walkScenario(value, hosts.value), said: hosts.diagnostics.map(({ code }) => code) }
}

const clusters = ({ journal }: ScenarioOutcome): unknown => journal.hops.map(({ host, action }) => [host, 'cluster' in action ? action.cluster : null])
const told = ({ events }: ScenarioOutcome): string[] => events.flatMap(({ event: { step } }) => (step.kind === 'acted' ? [step.what] : []))

describe('the Envoys of Istio 1.4 as their configuration has them', () => {
  it('15001 hands on to 0.0.0.0_8888, whose route weighs two clusters, and the inbound one dials localhost', () => {
    const { outcomes, said } = walked()
    expect(outcomes.map(({ probability }) => probability)).toEqual([0.5, 0.5])
    expect(outcomes.map(clusters)).toEqual(['v1', 'v2'].map((version) => [['webapp', `outbound|8888|${version}|calculator.vm.svc.cluster.local`], [`calculator-${version}`, 'inbound|8888|grpc|calculator.vm.svc.cluster.local']]))
    expect(outcomes.map(scenarioAnswer)).toEqual(['v1', 'v2'].map((version) => `calculator on calculator-${version} sees 127.0.0.1 · X-Forwarded-For - · the client's connection: connected`))
    expect(said).toContain('proxy-config-repeated')
    const [first] = outcomes
    expect(first && told(first)).toContain('goes by listener 0.0.0.0_8888, route 8888, calculator.vm.svc.cluster.local:8888, outbound|8888|v1|calculator.vm.svc.cluster.local')
    expect(first && first.journal.hops.map((hop) => hopLog(hop, first.journal.legs, 0).upstream_host)).toEqual(['192.144.99.163:8888', '127.0.0.1:8888'])
  })

  it('a Host no route has is passed through (allow_any), to what the application dialled', () => {
    const { outcomes: [outcome, ...more] } = walked(['to: calculator.vm:8888\n  http: {}', 'to: 203.0.113.9:8888\n  http: {host: elsewhere.example}'])
    expect(more).toEqual([])
    expect(outcome && [clusters(outcome), scenarioAnswer(outcome)]).toEqual([[['webapp', 'PassthroughCluster']], 'app on elsewhere sees 10.244.2.73 · X-Forwarded-For - · the client\'s connection: connected'])
  })

  it('a port without a listener stays with virtualOutbound and is passed through', () => {
    const { outcomes: [outcome] } = walked(['to: calculator.vm:8888\n  http: {}', 'to: 203.0.113.9:9999'], ['listens: [8888]', 'listens: [9999]'])
    expect(outcome && clusters(outcome)).toEqual([['webapp', 'PassthroughCluster']])
  })

  it('the outbound listener\'s own pod address leads to the BlackHoleCluster, but the rules of 1.4 send that dial to 15006 first', () => {
    const own: readonly [string, string] = ['to: calculator.vm:8888\n  http: {}', 'to: 10.244.2.73:8888']
    const { outcomes: [ruled] } = walked(own, ['envoy: istio14-webapp-envoy.txt', 'envoy: istio14-webapp-envoy.txt, listens: [8888]'])
    expect(ruled?.journal.receptions.map(({ accept }) => accept.port)).toEqual([15006, 8888])
    // Rules without the redirection of what goes to the pod itself.
    const straight: readonly [string, string] = ['envoy: istio14-webapp-envoy.txt', `envoy: istio14-webapp-envoy.txt, listens: [8888], rules: "*nat\\n:OUTPUT ACCEPT [0:0]\\n:ISTIO_OUTPUT - [0:0]\\n:ISTIO_REDIRECT - [0:0]\\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\\n-A ISTIO_OUTPUT -j ISTIO_REDIRECT\\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\\nCOMMIT\\n"`]
    const { outcomes: [listened] } = walked(own, straight, ['node: vm, sidecar: REDIRECT, envoy: istio14-webapp', 'node: vm, envoy: istio14-webapp'])
    expect(listened && [listened.journal.receptions.map(({ accept }) => accept.port), clusters(listened)]).toEqual([[15001], [['webapp', 'BlackHoleCluster']]])
  })
})
