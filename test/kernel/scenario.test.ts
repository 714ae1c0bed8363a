import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { printAddress } from '../../src/net/address.ts'
import { readScenario } from '../../src/world/scenario/readScenario.ts'
import type { Scenario } from '../../src/world/scenario/scenario.ts'
import { scenarioHosts } from '../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../src/world/scenario/scenarioWalk.ts'
import { whyNot } from './requirements.ts'
import { run } from './run.ts'
import { ScenarioNamespaces } from './scenarioNamespaces.ts'

const reason = whyNot()
const requiresAll = process.env['CHAINWALK_REQUIRE_ALL'] === '1'

const MESH = `
podCidr: 172.17.0.0/16
nodes: {nodea: 10.0.0.91, nodeb: 10.0.0.93}
pods:
  web: {address: 172.17.0.30, node: nodea, listens: [80]}
  sleep: {address: 172.17.1.20, node: nodeb}
outside: {client: 120.244.1.2}
services:
  web.default:
    clusterIP: 172.16.5.4
    loadBalancer: 47.242.1.1
    externalTrafficPolicy: POLICY
    ports: [{name: http, port: 8000, targetPort: 80, nodePort: 31380}]
    pods: [web]
`

/** Says who dialled it, once, and ends. */
const LISTENS = 'import socket,sys; s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(("0.0.0.0",80)); s.listen(); s.settimeout(4); print("ready",flush=True)\ntry: print(s.accept()[1][0],flush=True)\nexcept OSError: print("nobody",flush=True)'
const DIALS = 'import socket,sys\ntry: socket.create_connection((sys.argv[1],int(sys.argv[2])),2); print("connected")\nexcept ConnectionRefusedError: print("refused")\nexcept OSError: print("timeout")'

interface Seen {
  readonly result: string
  /** The address the application saw; null where it was not dialled. */
  readonly peer: string | null
}

/** Dials in the namespaces, and looks whom the application in `server` saw. */
async function dialled(namespaces: ScenarioNamespaces, server: string, { connection }: Scenario): Promise<Seen> {
  const listener = spawn('ip', ['netns', 'exec', namespaces.of(server), 'python3', '-c', LISTENS])
  const lines: string[] = []
  const ended = new Promise<void>((resolve) => { listener.on('close', () => { resolve() }) })
  await new Promise<void>((resolve) => { listener.stdout.setEncoding('utf8').on('data', (text: string) => { lines.push(...text.trim().split('\n')); resolve() }) })
  const { out } = await run(namespaces.of(connection.from), ['python3', '-c', DIALS, printAddress(connection.to.address), `${connection.to.port}`])
  if (out.trim() !== 'connected') listener.kill()
  await ended
  const peer = lines.find((line) => /^\d/.test(line))
  return { result: out.trim(), peer: peer ?? null }
}

function predicted(scenario: Scenario, by: string | null): Seen[] {
  const outcomes = walkScenario(scenario, scenarioHosts(scenario).value).filter(({ events }) => by === null || events.find(({ host }) => host.startsWith('node'))?.host === by)
  return outcomes.map(({ result, journal }) => ({ result, peer: journal.receptions.find(({ host }) => host === 'web')?.accept.peer ?? null }))
}

const read = (text: string): Scenario => readScenario(text, 'mesh.yaml', () => null).value ?? expect.fail('the scenario is wrong')

describe('several namespaces, as the kernel has them', () => {
  const skipped = reason === null ? '' : ` (skipped: ${reason})`
  // As in the laboratory, what does not come again is the machine's doing.
  it.skipIf(reason !== null && !requiresAll).each<readonly [string, string, string, string, string | null]>([
    ['a load balancer that sends to a node without the pod', 'Cluster', 'client', '47.242.1.1:8000', 'nodeb'],
    ['and to the node with it', 'Cluster', 'client', '47.242.1.1:8000', 'nodea'],
    ['with externalTrafficPolicy Local', 'Local', 'client', '47.242.1.1:8000', 'nodea'],
    ['a node port', 'Cluster', 'client', '10.0.0.93:31380', null],
    ['a pod that dials the Service', 'Cluster', 'sleep', '172.16.5.4:8000', null],
    ['a pod that dials itself through its Service', 'Cluster', 'web', '172.16.5.4:8000', null],
    ['a pod that dials another', 'Cluster', 'sleep', '172.17.0.30:80', null],
    ['a pod that dials the load balancer', 'Cluster', 'sleep', '47.242.1.1:8000', null],
    ['a port nobody listens on', 'Cluster', 'sleep', '172.17.0.30:81', null],
  ])(`%s${skipped}`, { timeout: 60_000, retry: 1 }, async (_, policy, from, to, by) => {
    expect(reason, 'CHAINWALK_REQUIRE_ALL=1 wants the kernel laboratory').toBeNull()
    const scenario = read(`${MESH.replace('POLICY', policy)}connection: {from: ${from}, to: "${to}"}\n`)
    const namespaces = new ScenarioNamespaces(`cwlab-${process.pid}-s`, scenario, scenarioHosts(scenario).value)
    try {
      if (by !== null) namespaces.lead('47.242.1.1', by)
      const seen = await dialled(namespaces, 'web', scenario)
      for (const each of predicted(scenario, by)) expect(each).toEqual(seen)
    } finally {
      namespaces.remove()
    }
  })
})
