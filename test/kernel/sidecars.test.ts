import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readScenario } from '../../src/world/scenario/readScenario.ts'
import type { Scenario } from '../../src/world/scenario/scenario.ts'
import { scenarioHosts } from '../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../src/world/scenario/scenarioWalk.ts'
import { whyNot } from './requirements.ts'
import { ScenarioNamespaces } from './scenarioNamespaces.ts'
import { ScenarioPrograms } from './scenarioPrograms.ts'

const reason = whyNot()
const requiresAll = process.env['CHAINWALK_REQUIRE_ALL'] === '1'
const skipped = reason === null ? '' : ` (skipped: ${reason})`

/** What the programs of the laboratory listen on. */
const LISTENS = '[{port: 18080}, {port: 8080}, {port: 9000, address: 127.0.0.1}]'

/** The laboratory's stand-in for Envoy knows no Services: it dials what was dialled. */
const KNOWS_NOTHING = JSON.stringify([
  { name: 'virtualOutbound', address: { socketAddress: { address: '0.0.0.0', portValue: 15001 } }, useOriginalDst: true, filterChains: [{ filters: [{ typedConfig: { cluster: 'PassthroughCluster' } }] }] },
  { name: '0.0.0.0_1', address: { socketAddress: { address: '0.0.0.0', portValue: 1 } }, filterChains: [{ filters: [{ typedConfig: { cluster: 'PassthroughCluster' } }] }] },
], null, 1)

const sidecar = (mode: string): string => (mode === 'none' ? '' : `, sidecar: ${mode}, envoy: ${JSON.stringify(KNOWS_NOTHING)}`)

const mesh = (client: string, server: string): string => `
istio: 1.20
podCidr: 172.17.0.0/16
nodes: {nodea: 10.0.0.91, nodeb: 10.0.0.93}
pods:
  sleep: {address: 172.17.1.20, node: nodeb, listens: ${LISTENS}${sidecar(client)}}
  web: {address: 172.17.0.30, node: nodea, listens: ${LISTENS}${sidecar(server)}}
outside: {client: 120.244.1.2}
services:
  web.default:
    clusterIP: 172.16.5.4
    ports: [{name: tcp, port: 8000, targetPort: 18080, nodePort: 31380, protocol: tcp}]
    pods: [web]
`

const read = (text: string): Scenario => readScenario(text, 'mesh.yaml', () => null).value ?? expect.fail('the scenario is wrong')

/** Which socket on which host accepted from whom. */
function predicted(scenario: Scenario): { readonly result: string; readonly accepts: readonly string[] }[] {
  return walkScenario(scenario, scenarioHosts(scenario).value).map(({ result, journal }) => ({
    result, accepts: journal.receptions.map(({ host, accept }) => `${host} ${accept.process} ${accept.port} from ${accept.peer} for ${accept.originalDestination ?? '-'}`).toSorted(),
  }))
}

const CONNECTIONS: readonly (readonly [string, string])[] = [
  ['the other pod, by its address', 'from: sleep, to: "172.17.0.30:18080"'],
  ['the other pod through its Service', 'from: sleep, to: "172.16.5.4:8000"'],
  ['as the proxy\'s own user', 'from: sleep, uid: 1337, to: "172.17.0.30:18080"'],
  ['a port on which the app listens on localhost only', 'from: sleep, to: "172.17.0.30:9000"'],
  ['a port nobody has', 'from: sleep, to: "172.17.0.30:7777"'],
  ['its own pod', 'from: sleep, to: "172.17.1.20:18080"'],
  ['itself through its Service', 'from: web, to: "172.16.5.4:8000"'],
  ['localhost', 'from: sleep, to: "127.0.0.1:9000"'],
  ['the proxy\'s health port', 'from: sleep, to: "172.17.0.30:15021"'],
  ['the node probes the pod', 'from: nodea, to: "172.17.0.30:18080"'],
  ['another node dials the pod', 'from: nodeb, to: "172.17.0.30:18080"'],
  ['from outside by a node port', 'from: client, to: "10.0.0.93:31380"'],
  ['from outside by the node port of the pod\'s node', 'from: client, to: "10.0.0.91:31380"'],
]

describe.skipIf(reason !== null && !requiresAll).each([
  ['REDIRECT', 'REDIRECT'], ['REDIRECT', 'TPROXY'], ['TPROXY', 'REDIRECT'], ['TPROXY', 'TPROXY'], ['none', 'REDIRECT'], ['REDIRECT', 'none'],
] as const)(`sidecars %s and %s in a kernel${skipped}`, (client, server) => {
  let namespaces: ScenarioNamespaces | null = null
  let programs: ScenarioPrograms | null = null

  beforeAll(async () => {
    expect(reason, 'CHAINWALK_REQUIRE_ALL=1 wants the kernel laboratory').toBeNull()
    const scenario = read(`${mesh(client, server)}connection: {from: sleep, to: "172.17.0.30:18080"}\n`)
    namespaces = new ScenarioNamespaces(`cwlab-${process.pid}-c`, scenario, scenarioHosts(scenario).value)
    programs = await ScenarioPrograms.create(namespaces, scenario)
  }, 60_000)

  afterAll(() => {
    programs?.end()
    namespaces?.remove()
  })

  // As in the laboratory, what does not come again is the machine's doing (a SYN sent twice, a program that was not woken).
  it.each(CONNECTIONS)('%s', { timeout: 20_000, retry: 1 }, async (_, connection) => {
    const scenario = read(`${mesh(client, server)}connection: {${connection}}\n`)
    const { reply, accepts } = (await programs?.dial(scenario)) ?? expect.fail('nobody dials')
    const seen = { result: reply.result, accepts: accepts.map(({ host, message }) => `${host} ${message.process} ${message.port} from ${message.peer} for ${message.original ?? '-'}`).toSorted() }
    expect(predicted(scenario)).toContainEqual(seen)
  })
})
