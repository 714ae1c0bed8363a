import { printAddress } from '../../src/net/address.ts'
import type { Scenario } from '../../src/world/scenario/scenario.ts'
import type { ScenarioHost } from '../../src/world/scenario/scenarioWalk.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { mustNow, runNow } from './run.ts'

/** A namespace for each host of a scenario, joined as it says: pods to their node, the others to one bridge. */
export class ScenarioNamespaces {
  private readonly prefix: string
  private readonly made: string[] = []

  constructor(prefix: string, scenario: Scenario, hosts: readonly ScenarioHost[]) {
    this.prefix = prefix
    this.namespace('bridge')
    mustNow(this.of('bridge'), ['sh', '-c', 'ip link add br0 type bridge && ip link set br0 up'])
    for (const { name } of hosts) this.namespace(name)
    for (const { name, address } of [...scenario.nodes, ...scenario.outside]) this.join(name, 'eth0', 'bridge', name.slice(0, 10), printAddress(address))
    for (const { name, node, address } of scenario.pods) if (node !== null) this.hang(name, node, printAddress(address))
    for (const { name, fixed } of hosts) for (const ruleset of fixed.netns.rulesets) mustNow(this.of(name), [ruleset.family === 4 ? 'iptables-nft-restore' : 'ip6tables-nft-restore'], printSave(ruleset, 'plain'))
  }

  of(host: string): string {
    return `${this.prefix}-${host}`
  }

  /** Whoever wants this address speaks to that host: what a load balancer does. */
  lead(address: string, host: string): void {
    const mac = /link\/ether (\S+)/.exec(mustNow(this.of(host), ['ip', 'link', 'show', 'eth0']))?.[1] ?? ''
    for (const each of this.made.filter((name) => name !== this.of('bridge') && name !== this.of(host))) runNow(each, ['ip', 'neigh', 'replace', address, 'lladdr', mac, 'dev', 'eth0'])
  }

  remove(): void {
    for (const name of this.made) runNow(null, ['ip', 'netns', 'del', name])
  }

  private namespace(name: string): void {
    mustNow(null, ['ip', 'netns', 'add', this.of(name)])
    this.made.push(this.of(name))
    mustNow(this.of(name), ['sh', '-c', 'ip link set lo up; sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0'])
  }

  /** A pair of devices; the far one is a port of the bridge. */
  private join(host: string, device: string, bridge: string, port: string, address: string): void {
    mustNow(null, ['ip', 'link', 'add', device, 'netns', this.of(host), 'type', 'veth', 'peer', 'name', `p${port}`, 'netns', this.of(bridge)])
    mustNow(this.of(bridge), ['sh', '-c', `ip link set p${port} master br0 up`])
    mustNow(this.of(host), ['sh', '-c', `ip addr add ${address}/32 dev ${device} && ip link set ${device} up && ip route add default dev ${device} && sysctl -qw net.ipv4.conf.${device}.proxy_arp=1 net.ipv4.neigh.${device}.proxy_delay=0`])
  }

  private hang(pod: string, node: string, address: string): void {
    const veth = `veth-${pod}`
    mustNow(null, ['ip', 'link', 'add', 'eth0', 'netns', this.of(pod), 'type', 'veth', 'peer', 'name', veth, 'netns', this.of(node)])
    mustNow(this.of(pod), ['sh', '-c', `ip addr add ${address}/32 dev eth0 && ip link set eth0 up && ip route add default dev eth0`])
    mustNow(this.of(node), ['sh', '-c', `ip link set ${veth} up && ip route add ${address}/32 dev ${veth} && sysctl -qw net.ipv4.conf.${veth}.proxy_arp=1 net.ipv4.neigh.${veth}.proxy_delay=0`])
  }
}
