import { printEndpoint, sameAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { Protocol } from '../../net/protocol.ts'
import type { CompiledNetns, Environment } from '../../engine/kernel.ts'
import { freshSkb, receive } from '../../engine/packetPath.ts'
import type { Packet } from '../../netfilter/skb.ts'
import type { TraceEvent } from '../../netfilter/traceEvent.ts'
import { matchesHost } from '../../proxy/externalService.ts'
import { gateway, sidecar } from '../../proxy/meshProxy.ts'
import type { Dice } from '../../proxy/dice.ts'
import type { MeshView } from '../../proxy/meshProxy.ts'
import type { Request } from '../../proxy/request.ts'
import type { MeshProfile } from '../../proxy/meshProfile.ts'
import { serverNameProxy } from '../../proxy/serverNameProxy.ts'
import { explore } from '../explore.ts'
import type { Decision } from '../explore.ts'
import { Host } from '../host.ts'
import type { Proceed } from '../host.ts'
import type { Result } from '../outcome.ts'
import { WalkJournal } from '../walkJournal.ts'
import { Network } from './network.ts'
import type { Scenario, ScenarioConnection } from './scenario.ts'

/** Something that happened, and on which host. */
export interface HostEvent {
  readonly host: string
  readonly event: TraceEvent
}

/** One way the scenario can go. */
export interface ScenarioOutcome {
  /** null where missing knowledge decided anything. */
  readonly probability: number | null
  readonly decisions: readonly Decision[]
  readonly result: Result
  readonly journal: WalkJournal
  readonly events: readonly HostEvent[]
  /** Seconds the application takes to answer a request. */
  readonly delay: number
}

/** A host of a scenario, ready to walk. */
export interface ScenarioHost {
  readonly name: string
  readonly fixed: CompiledNetns
  /** null: no sidecar. */
  readonly profile: MeshProfile | null
  readonly view: MeshView
}

/** Every way the scenario's connection can go, all its hosts walked; not `complete` where there are more than can be followed. */
export function followScenario(scenario: Scenario, hosts: readonly ScenarioHost[]): { readonly outcomes: readonly ScenarioOutcome[]; readonly complete: boolean } {
  const outcomes: ScenarioOutcome[] = []
  const complete = explore((choose) => new ScenarioWalk(scenario, hosts, choose).run(), ({ value, decisions }) => {
    outcomes.push({ ...value, decisions, probability: decisions.reduce<number | null>((product, { doubt, answer }) => (product === null || doubt.probability === null ? null : product * (answer ? doubt.probability : 1 - doubt.probability)), 1) })
  })
  return { outcomes, complete }
}

export const walkScenario = (scenario: Scenario, hosts: readonly ScenarioHost[]): readonly ScenarioOutcome[] => followScenario(scenario, hosts).outcomes

class ScenarioWalk {
  private readonly scenario: Scenario
  private readonly journal = new WalkJournal()
  private readonly events: HostEvent[] = []
  private readonly network: Network
  private readonly hosts: ReadonlyMap<string, Host>

  constructor(scenario: Scenario, hosts: readonly ScenarioHost[], dice: Dice) {
    this.scenario = scenario
    this.network = new Network(scenario, dice)
    const environment = environmentOf(dice)
    this.hosts = new Map(hosts.map((host) => [host.name, this.host(host, environment, dice)]))
  }

  run(): Omit<ScenarioOutcome, 'probability' | 'decisions'> {
    const { from, uid, to, proto } = this.scenario.connection
    const request = requestOf(this.scenario.connection)
    const proxied = this.proxied()
    this.hosts.get(from)?.dial({
      protocol: proto === 'udp' ? Protocol.udp : Protocol.tcp, to: to.address, port: to.port, bind: null, sport: null, transparent: false, mark: 0, uid, gid: uid, process: 'client', tcpFlags: null, length: null, request: proxied === null ? request : { ...request, proxied }, from: null, parent: null,
    })
    this.journal.drain()
    return { result: this.journal.loops ? 'loop' : (this.journal.legs[0]?.result ?? 'timeout'), journal: this.journal, events: this.events, delay: this.scenario.outside.find(({ name }) => name === this.journal.receptions.at(-1)?.host)?.delay ?? 0 }
  }

  /** What a load balancer that speaks the PROXY protocol puts in front. The port is the first that is given out. */
  private proxied(): string | null {
    const { services, pods, outside, connection } = this.scenario
    const told = services.some(({ loadBalancer, proxyProtocol }) => proxyProtocol === 'used' && loadBalancer !== null && sameAddress(loadBalancer.address, connection.to.address))
    const client = [...pods, ...outside].find(({ name }) => name === connection.from)
    return told && client ? printEndpoint(client.address, FIRST_PORT) : null
  }

  private host({ name, fixed, profile, view }: ScenarioHost, environment: Environment, dice: Dice): Host {
    const surroundings = {
      transmit: (skb: Packet, device: string, role: { readonly leg: number; readonly reply: boolean }) => { this.transmit(name, device, skb, role) },
      begin: (_: unknown, skb: ReturnType<typeof freshSkb>) => skb,
    }
    return new Host({ name, fixed, proxy: this.proxyOf(name, profile, view, dice), passesOn: (process, port) => this.passesOn(name, process, port) }, { journal: this.journal, surroundings, environment, observer: { keeps: 'steps', tell: (event) => { this.events.push({ host: name, event }) } } })
  }

  private proxyOf(name: string, profile: MeshProfile | null, view: MeshView, dice: Dice): Proceed {
    const routes = this.scenario.pods.find((pod) => pod.name === name)?.gateway ?? []
    if (routes.length > 0) return (accept) => gateway(routes, view, accept, dice)
    return (accept) => (profile === null ? { kind: 'serves' } : sidecar(profile, view, accept, dice))
  }

  /** What a pod's own program does that goes by server names. */
  private passesOn(name: string, process: string, at: number): Proceed | null {
    const { pods, outside } = this.scenario
    const host = [...pods, ...outside].find((each) => each.name === name)
    const port = host?.listens.find((socket) => socket.port === at && socket.program === process)?.byServerName ?? null
    const find = (wanted: string): Address | null => outside.find(({ names }) => names.some((pattern) => matchesHost(pattern, wanted)))?.address ?? null
    return port === null ? null : (accept) => serverNameProxy(port, find, accept)
  }

  /** Marks and what conntrack knows stay behind in each namespace (skb_scrub_packet). */
  private transmit(from: string, device: string, packet: Packet, role: { readonly leg: number; readonly reply: boolean }): void {
    const next = this.network.next(from, device, packet)
    const host = typeof next === 'string' ? undefined : this.hosts.get(next.host)
    if (typeof next === 'string' || !host) return this.hosts.get(from)?.act?.('network', `loses the packet to ${printEndpoint(packet.dst, packet.dport)}: ${typeof next === 'string' ? next : 'no such host'}`)
    this.journal.then(() => { host.settle(receive(host.kernel, { ...freshSkb(next.packet), in: next.device }, role), role) })
  }
}

const FIRST_PORT = 33204

/** Ephemeral ports are given out in order, so that a story is the same every time. */
function environmentOf(choose: Dice): Environment {
  let port = FIRST_PORT - 2
  return { choose, now: null, freePort: () => (port += 2) }
}


/** What the client says once it is connected. */
function requestOf({ http, sni, innerSni }: ScenarioConnection): Request {
  if (http) return { protocol: 'http', authority: http.authority, sni, forwardedFor: http.forwardedFor }
  return { protocol: sni === null ? 'tcp' : 'tls', authority: null, sni, forwardedFor: [], ...(innerSni !== null && { innerSni }) }
}
