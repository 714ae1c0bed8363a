import { printAddress, printEndpoint, sameAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Packet } from '../../netfilter/skb.ts'
import type { Dice } from '../../proxy/dice.ts'
import type { Scenario, ScenarioPod, ScenarioService } from './scenario.ts'
import { UPLINK, vethOf } from './scenarioNetns.ts'

/** Where a packet comes in, and as what. */
export interface Arrival {
  readonly host: string
  readonly device: string
  readonly packet: Packet
}

/** A connection a load balancer carries. */
interface Carried {
  readonly service: ScenarioService
  /** The node it is sent to, or the pod whose address stands in the packets. */
  readonly node: string | null
  readonly pod: ScenarioPod | null
  readonly port: number
}

/** What joins the hosts: pods hang on their node by a pair of devices; nodes, pods of the network itself and hosts outside reach each other by address. */
export class Network {
  private readonly scenario: Scenario
  private readonly dice: Dice
  private readonly carried = new Map<string, Carried>()

  constructor(scenario: Scenario, dice: Dice) {
    this.scenario = scenario
    this.dice = dice
  }

  /** Where a packet goes that leaves a host by a device; a text says why it goes nowhere. */
  next(from: string, device: string, packet: Packet): Arrival | string {
    const { pods } = this.scenario
    const pod = pods.find(({ name }) => name === from)
    if (pod?.node) return { host: pod.node, device: vethOf(pod.name), packet }
    const behind = pods.find(({ name, node }) => node === from && vethOf(name) === device)
    if (behind) return { host: behind.name, device: UPLINK, packet }
    return this.across(this.untranslated(packet))
  }

  private across(packet: Packet): Arrival | string {
    const balanced = this.scenario.services.find(({ loadBalancer }) => loadBalancer && sameAddress(loadBalancer.address, packet.dst))
    if (balanced) return this.balance(balanced, packet)
    const host = this.ownerOf(packet.dst)
    return host === null ? `nobody has the address ${printAddress(packet.dst)}` : { host, device: UPLINK, packet }
  }

  private ownerOf(address: Address): string | null {
    const { nodes, pods, outside } = this.scenario
    const pod = pods.find((each) => sameAddress(each.address, address))
    if (pod) return pod.node ?? pod.name
    return [...nodes, ...outside].find((each) => sameAddress(each.address, address))?.name ?? null
  }

  /** A load balancer keeps a connection where its first packet went. */
  private balance(service: ScenarioService, packet: Packet): Arrival | string {
    const key = `${printEndpoint(packet.src, packet.sport)} ${packet.dport}`
    const known = this.carried.get(key) ?? this.carry(service, packet.dport)
    if (typeof known === 'string') return known
    this.carried.set(key, known)
    if (known.node !== null) return { host: known.node, device: UPLINK, packet }
    return known.pod ? this.across({ ...packet, dst: known.pod.address, dport: known.port }) : 'the load balancer has nowhere to send it'
  }

  private carry(service: ScenarioService, port: number): Carried | string {
    const { nodes, pods } = this.scenario
    const target = service.ports.find((each) => each.port === port)
    if (!target) return `the load balancer of ${service.name} has no port ${port}`
    const behind = pods.filter(({ name }) => service.pods.includes(name))
    if (service.loadBalancer?.to === 'pods') {
      const pod = this.pick(behind, `the load balancer sends it to pod`)
      return pod ? { service, node: null, pod, port: target.targetPort } : `the load balancer of ${service.name} has no pod to send it to`
    }
    // Its health checks find no pod on the other nodes (healthCheckNodePort).
    const healthy = service.externalTrafficPolicy === 'Local' ? nodes.filter(({ name }) => behind.some((pod) => pod.node === name)) : nodes
    const node = this.pick(healthy, 'the load balancer sends it to node')
    return node ? { service, node: node.name, pod: null, port } : `the load balancer of ${service.name} has no node to send it to`
  }

  private pick<T extends { readonly name: string }>(choices: readonly T[], what: string): T | null {
    return choices.find((each, i) => i === choices.length - 1 || this.dice({ code: 'load-balancing', message: `${what} ${each.name}`, probability: 1 / (choices.length - i), key: null })) ?? null
  }

  /** What a pod answers to a load balancer's client bears the balancer's address again. */
  private untranslated(packet: Packet): Packet {
    for (const [key, { service, pod, port }] of this.carried) {
      const [client = '', dialled = ''] = key.split(' ')
      if (pod && service.loadBalancer && sameAddress(pod.address, packet.src) && packet.sport === port && client === printEndpoint(packet.dst, packet.dport)) return { ...packet, src: service.loadBalancer.address, sport: Number(dialled) }
    }
    return packet
  }
}
