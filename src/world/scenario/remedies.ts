import { printAddress } from '../../net/address.ts'
import type { Scenario, ScenarioPod, ScenarioService } from './scenario.ts'
import { scenarioHosts } from './scenarioHosts.ts'
import { walkScenario } from './scenarioWalk.ts'
import type { ScenarioOutcome } from './scenarioWalk.ts'

/** A change after which the application learns the client's address, tried in this very scenario. */
export interface Remedy {
  readonly change: string
  /** How it then learns it. */
  readonly gives: string
  readonly price: string
}

interface Candidate {
  readonly change: string
  readonly price: string
  apply(scenario: Scenario): Scenario
}

/** Where the application does not see the client: each change that mends it, by walking the changed scenario. None where nothing is lost. */
export function remedies(scenario: Scenario, outcomes: readonly ScenarioOutcome[]): readonly Remedy[] {
  if (outcomes.every((outcome) => learns(scenario, outcome) !== null) || outcomes.some(({ result }) => result !== 'connected')) return []
  const { alone, together } = candidates(scenario, outcomes)
  const found = alone.flatMap((each) => tried(scenario, each))
  return found.length > 0 ? found : together.flatMap((each) => tried(scenario, each))
}

function tried(scenario: Scenario, { change, price, apply }: Candidate): Remedy[] {
  const changed = apply(scenario)
  const ways = walkScenario(changed, scenarioHosts(changed).value).map((outcome) => learns(changed, outcome))
  const [first] = ways
  return first !== undefined && first !== null && ways.every((way) => way === first) ? [{ change, gives: first, price }] : []
}

/** How the application learns who the client is; null if it does not. */
function learns({ connection, pods, outside }: Scenario, { journal }: ScenarioOutcome): string | null {
  const client = [...pods, ...outside].find(({ name }) => name === connection.from)?.address
  const { end } = journal
  if (!client || !end) return null
  if (end.accept.peer === printAddress(client)) return 'as the address it is dialled from'
  return end.request?.protocol === 'http' && end.request.forwardedFor[0] === printAddress(client) ? 'from X-Forwarded-For' : null
}

function candidates({ pods, services }: Scenario, outcomes: readonly ScenarioOutcome[]): { readonly alone: readonly Candidate[]; readonly together: readonly Candidate[] } {
  const ends = new Set(outcomes.flatMap(({ journal }) => journal.end?.host ?? []))
  const redirected = pods.filter(({ name, sidecar }) => ends.has(name) && sidecar === 'REDIRECT')
  const masked = services.filter(({ externalTrafficPolicy, loadBalancer, ports }) => externalTrafficPolicy === 'Cluster' && (loadBalancer?.to === 'nodes' || ports.some(({ nodePort }) => nodePort !== null)))
  const tproxy = redirected.map(({ name }) => changedPod(name, `interceptionMode TPROXY for ${name}`, 'the proxy runs as root with NET_ADMIN, and not every kernel can (CentOS 7 lacks what it needs)', (pod) => ({ ...pod, sidecar: 'TPROXY' })))
  const appended = redirected.map(({ name }) => changedPod(name, `use_remote_address on the inbound listener of ${name} (an EnvoyFilter)`, 'HTTP only, and the application must read X-Forwarded-For', (pod) => ({ ...pod, forwardedFor: 'append' })))
  const local = masked.map(({ name }) => changedService(name, `externalTrafficPolicy Local for ${name}`, 'only nodes with a pod of the gateway take connections', (service) => ({ ...service, externalTrafficPolicy: 'Local' })))
  const proxied = masked.filter(({ loadBalancer }) => loadBalancer !== null).map(({ name }) => changedService(name, `the PROXY protocol between the load balancer and the gateway of ${name}`, 'both must speak it, and nothing else may dial that port', (service) => ({ ...service, proxyProtocol: 'used' })))
  const both = tproxy.flatMap((x) => local.map((y): Candidate => ({ change: `${y.change} and ${x.change}`, price: `${y.price}; ${x.price}`, apply: (scenario) => x.apply(y.apply(scenario)) })))
  return { alone: [...tproxy, ...appended, ...local, ...proxied], together: both }
}

const changedPod = (name: string, change: string, price: string, edit: (pod: ScenarioPod) => ScenarioPod): Candidate => ({
  change, price, apply: (scenario) => ({ ...scenario, pods: scenario.pods.map((pod) => (pod.name === name ? edit(pod) : pod)) }),
})

const changedService = (name: string, change: string, price: string, edit: (service: ScenarioService) => ScenarioService): Candidate => ({
  change, price, apply: (scenario) => ({ ...scenario, services: scenario.services.map((service) => (service.name === name ? edit(service) : service)) }),
})
