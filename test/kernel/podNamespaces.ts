import type { LabMode } from './program.ts'
import { mustNow, runNow } from './run.ts'

/** The pod's, the outside's. */
export interface Namespaces {
  readonly pod: string
  readonly outside: string
}

const POD = ['10.20.0.77', '10.20.0.80', 'fd00:20::77', 'fd00:20::80'] as const
const OUTSIDE = ['10.20.0.1/24', '10.20.0.78/24', '10.20.0.79/24', '10.20.0.99/24', 'fd00:20::1/64', 'fd00:20::78/64', 'fd00:20::79/64', 'fd00:20::99/64'] as const
const MACS = { pod: '02:00:00:00:00:77', outside: '02:00:00:00:00:78' } as const

/** Nothing may be sent twice, limited in rate, or left behind. */
const SYSCTLS = [
  'net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0', 'net.ipv4.icmp_ratelimit=0', 'net.ipv4.tcp_synack_retries=0', 'net.ipv4.tcp_syn_retries=1',
  'net.ipv6.icmp.ratelimit=0', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.accept_ra=0', 'net.ipv6.conf.default.router_solicitations=0',
] as const

/** Neighbours are known beforehand: a rule that drops ARP's IPv6 brother is no part of these comparisons. */
const neighbours = (device: string, mac: string, addresses: readonly string[]): string[] =>
  addresses.map((address) => `neigh replace ${address.replace(/\/.*/, '')} lladdr ${mac} dev ${device} nud permanent`)

const podCommands = (mode: LabMode): string[] => [
  'link set lo up', 'addr add 10.20.0.77/24 dev eth0', 'addr add 10.20.0.80/24 dev eth0', 'addr add fd00:20::80/64 dev eth0 nodad', 'addr add fd00:20::77/64 dev eth0 nodad', 'addr add ::6/128 dev lo',
  'link set eth0 up', 'route add default via 10.20.0.1', 'route add default via fd00:20::1', ...neighbours('eth0', MACS.outside, OUTSIDE),
  ...(mode === 'TPROXY' ? ['route add local 0.0.0.0/0 dev lo table 133', 'route add local ::/0 dev lo table 133'] : []),
]

const MARKED = 'rule add fwmark 1337 lookup 133'

/** Outside, every address but the pod's is local. */
const outsideCommands = (): string[] => [
  'link set lo up', ...OUTSIDE.map((address) => `addr add ${address} dev eth0${address.includes(':') ? ' nodad' : ''}`), 'link set eth0 up',
  ...POD.map((address) => `route add ${address} dev eth0 table local`),
  'route add local 0.0.0.0/0 dev lo table local', 'route add local ::/0 dev lo table local', ...neighbours('eth0', MACS.pod, POD),
]

/** Any port reaches the one listener; it sees the address that was dialled. */
const ANY_PORT = `*mangle
-A PREROUTING -i eth0 -p tcp -j TPROXY --on-port 7 --on-ip ANY
-A PREROUTING -i eth0 -p udp -j TPROXY --on-port 7 --on-ip ANY
COMMIT
`

/** Sets that rules may name; the numbers behind the names are families. */
const SETS = `create cwip4 hash:ip family inet
add cwip4 10.20.0.78
add cwip4 127.0.0.1
add cwip4 151.101.65.67
create cwnet4 hash:net family inet
add cwnet4 10.20.0.76/30
add cwnet4 9.9.0.0/16
create cwip6 hash:ip family inet6
add cwip6 fd00:20::78
add cwip6 ::1
add cwip6 2001:db8::9
create cwnet6 hash:net family inet6
add cwnet6 fd00:20::76/126
add cwnet6 2001:db8:1::/48
`

/** A pod and all that is not the pod, joined by a veth pair. */
export function makeNamespaces(name: string, mode: LabMode): Namespaces {
  const made = { pod: `${name}-pod`, outside: `${name}-out` }
  try {
    build(made, mode)
  } catch (problem) {
    removeNamespaces(made)
    throw problem
  }
  return made
}

function build(made: Namespaces, mode: LabMode): void {
  mustNow(null, ['ip', 'netns', 'add', made.pod])
  mustNow(null, ['ip', 'netns', 'add', made.outside])
  for (const each of [made.pod, made.outside]) mustNow(each, ['sysctl', '-q', '-w', ...SYSCTLS])
  mustNow(made.outside, ['sysctl', '-q', '-w', 'net.ipv4.conf.all.accept_local=1', 'net.ipv4.conf.default.accept_local=1', 'net.ipv4.conf.all.send_redirects=0'])
  mustNow(null, ['ip', 'link', 'add', 'eth0', 'netns', made.pod, 'address', MACS.pod, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', made.outside, 'address', MACS.outside])
  mustNow(made.pod, ['ip', '-batch', '-'], podCommands(mode).join('\n'))
  if (mode === 'TPROXY') for (const family of ['-4', '-6']) mustNow(made.pod, ['ip', family, ...MARKED.split(' ')])
  mustNow(made.pod, ['ipset', 'restore'], SETS)
  mustNow(made.outside, ['ip', '-batch', '-'], outsideCommands().join('\n'))
  mustNow(made.outside, ['iptables-nft-restore'], ANY_PORT.replaceAll('ANY', '0.0.0.0'))
  mustNow(made.outside, ['ip6tables-nft-restore'], ANY_PORT.replaceAll('ANY', '::'))
}

export function removeNamespaces({ pod, outside }: Namespaces): void {
  runNow(null, ['ip', 'netns', 'del', pod])
  runNow(null, ['ip', 'netns', 'del', outside])
}
