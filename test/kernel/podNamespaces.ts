import type { LabMode } from './program.ts'
import { anyPort, SETTINGS } from './farSide.ts'
import { mustNow } from './run.ts'
import type { Namespaces } from './namespaces.ts'


const POD = ['10.20.0.77', '10.20.0.80', 'fd00:20::77', 'fd00:20::80'] as const
const OUTSIDE = ['10.20.0.1/24', '10.20.0.78/24', '10.20.0.79/24', '10.20.0.99/24', 'fd00:20::1/64', 'fd00:20::78/64', 'fd00:20::79/64', 'fd00:20::99/64'] as const
const MACS = { pod: '02:00:00:00:00:77', outside: '02:00:00:00:00:78' } as const

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
export function makePod({ inside, far: { outside = '' } }: Namespaces, mode: LabMode): void {
  for (const each of [inside, outside]) mustNow(each, ['sysctl', '-q', '-w', ...SETTINGS])
  mustNow(outside, ['sysctl', '-q', '-w', 'net.ipv4.conf.all.accept_local=1', 'net.ipv4.conf.default.accept_local=1', 'net.ipv4.conf.all.send_redirects=0'])
  mustNow(null, ['ip', 'link', 'add', 'eth0', 'netns', inside, 'address', MACS.pod, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside, 'address', MACS.outside])
  mustNow(inside, ['ip', '-batch', '-'], podCommands(mode).join('\n'))
  if (mode === 'TPROXY') for (const family of ['-4', '-6']) mustNow(inside, ['ip', family, ...MARKED.split(' ')])
  mustNow(inside, ['ipset', 'restore'], SETS)
  mustNow(outside, ['ip', '-batch', '-'], outsideCommands().join('\n'))
  anyPort(outside)
}
