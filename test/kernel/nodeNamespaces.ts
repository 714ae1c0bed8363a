import { anyPort, SETTINGS } from './farSide.ts'
import type { Namespaces } from './namespaces.ts'
import { mustNow } from './run.ts'

/** A pod behind the node, and the node's device towards it. */
interface Behind {
  readonly place: 'left' | 'right'
  readonly address: Readonly<Record<4 | 6, string>>
}

const PODS: readonly Behind[] = [{ place: 'left', address: { 4: '10.244.0.2', 6: 'fd00:244::2' } }, { place: 'right', address: { 4: '10.244.0.3', 6: 'fd00:244::3' } }]

/** Every pod's gateway, as some network plugins have it. */
const GATEWAY = { 4: '169.254.1.1', 6: 'fd00:169::1' } as const

const NODE = ['172.18.0.2/24', 'fd00:18::2/64'] as const
const OUTSIDE = ['172.18.0.1/24', '172.18.0.5/24', '203.0.113.7/32', 'fd00:18::1/64', 'fd00:18::5/64', '2001:db8:7::7/128'] as const
const MACS = { node: '02:00:00:00:18:02', outside: '02:00:00:00:18:01', pod: '02:00:00:00:24:02' } as const

/** The mark by which the outside's own dials leave it, whatever is local there. */
export const LEAVES = 99

/** That of its answers (ANSWER_MARK in standIn.py). */
const ANSWERS = 98

const bare = (address: string): string => address.replace(/\/.*/, '')
const neighbour = (device: string, address: string, mac: string): string => `neigh replace ${bare(address)} lladdr ${mac} dev ${device} nud permanent`

const nodeCommands = (): string[] => [
  'link set lo up', ...NODE.map((address) => `addr add ${address} dev eth0${address.includes(':') ? ' nodad' : ''}`), 'link set eth0 up', 'route add default via 172.18.0.1', 'route add default via fd00:18::1',
  ...OUTSIDE.filter((address) => !/\/(32|128)/.test(address)).map((address) => neighbour('eth0', address, MACS.outside)),
  ...PODS.flatMap(({ place, address }) => [
    `addr add ${GATEWAY[4]}/32 dev v${place}`, `addr add ${GATEWAY[6]}/128 dev v${place} nodad`, `link set v${place} up`,
    `route add ${address[4]} dev v${place}`, `route add ${address[6]} dev v${place}`, neighbour(`v${place}`, address[4], MACS.pod), neighbour(`v${place}`, address[6], MACS.pod),
  ]),
]

const podCommands = ({ address }: Behind): string[] => [
  'link set lo up', `addr add ${address[4]}/32 dev eth0`, `addr add ${address[6]}/128 dev eth0 nodad`, 'link set eth0 up',
  ...([4, 6] as const).flatMap((family) => [`route add ${GATEWAY[family]} dev eth0`, `route add default via ${GATEWAY[family]} dev eth0`, neighbour('eth0', GATEWAY[family], MACS.node)]),
]


/** Every address is local there but the node's and its pods'; what it dials leaves all the same. */
const outsideCommands = (): string[] => [
  'link set lo up', ...OUTSIDE.map((address) => `addr add ${address} dev eth0${address.includes(':') ? ' nodad' : ''}`), 'link set eth0 up',
  ...[...NODE, GATEWAY[4], GATEWAY[6]].map((address) => neighbour('eth0', address, MACS.node)),
  ...[...NODE, GATEWAY[4], GATEWAY[6]].map((address) => `route add ${bare(address)} dev eth0 table local`),
  ...PODS.flatMap(({ address }) => [`route add ${address[4]} via ${bare(NODE[0])} dev eth0 table local`, `route add ${address[6]} via ${bare(NODE[1])} dev eth0 table local`]),
  'route add local 0.0.0.0/0 dev lo table local', 'route add local ::/0 dev lo table local',
  ...[LEAVES, ANSWERS].flatMap((table) => NODE.map((address) => `route add default via ${bare(address)} dev eth0 table ${table}`)),
  // Neighbours of the node answer each other without it.
  ...['172.18.0.0/24', 'fd00:18::/64'].map((link) => `route add throw ${link} table ${ANSWERS}`),
]

/** Its own dials are nobody's when they come back as they went. */
const RETURNED = `*mangle
-A PREROUTING -i eth0 -m connmark --mark ${LEAVES} -m conntrack --ctdir ORIGINAL -j DROP
-A OUTPUT -m mark --mark ${LEAVES} -j CONNMARK --set-mark ${LEAVES}
COMMIT
`

function makeOutside(outside: string): void {
  mustNow(outside, ['sysctl', '-q', '-w', 'net.ipv4.conf.all.accept_local=1', 'net.ipv4.conf.default.accept_local=1', 'net.ipv4.conf.all.send_redirects=0', 'net.ipv4.conf.eth0.accept_redirects=0', 'net.ipv6.conf.eth0.accept_redirects=0'])
  mustNow(outside, ['ip', '-batch', '-'], outsideCommands().join('\n'))
  for (const family of ['-4', '-6']) {
    for (const mark of [LEAVES, ANSWERS]) mustNow(outside, ['ip', family, 'rule', 'add', 'pref', '5', 'fwmark', `${mark}`, 'lookup', `${mark}`])
    mustNow(outside, ['ip', family, 'rule', 'add', 'pref', '10', 'lookup', 'local'])
    mustNow(outside, ['ip', family, 'rule', 'del', 'pref', '0'])
  }
  for (const program of ['iptables-nft-restore', 'ip6tables-nft-restore']) mustNow(outside, [program], RETURNED)
  anyPort(outside)
}

/** Redirects are not walked; the setting of all interfaces and that of the one count, whichever is larger. */
const REDIRECTS = ['all', 'default'].map((name) => `net.ipv4.conf.${name}.send_redirects=0`)

/** A node between two pods and the outside: it forwards. */
export function makeNode({ inside, far }: Namespaces): void {
  const outside = far['outside'] ?? ''
  for (const each of [inside, ...Object.values(far)]) mustNow(each, ['sysctl', '-q', '-w', ...SETTINGS])
  mustNow(inside, ['sysctl', '-q', '-w', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1', ...REDIRECTS])
  mustNow(null, ['ip', 'link', 'add', 'eth0', 'netns', inside, 'address', MACS.node, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', outside, 'address', MACS.outside])
  for (const { place } of PODS) mustNow(null, ['ip', 'link', 'add', `v${place}`, 'netns', inside, 'address', MACS.node, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', far[place] ?? '', 'address', MACS.pod])
  mustNow(inside, ['ip', '-batch', '-'], nodeCommands().join('\n'))
  for (const pod of PODS) {
    mustNow(far[pod.place] ?? '', ['ip', '-batch', '-'], podCommands(pod).join('\n'))
    anyPort(far[pod.place] ?? '')
  }
  makeOutside(outside)
}
