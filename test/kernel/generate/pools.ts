import type { Family } from '../../../src/net/address.ts'
import type { LabMode } from '../program.ts'

/** Addresses, interfaces and ports that the laboratory's rules and connections have in common, so that they meet. */
export interface Pool {
  /** An address of the namespace with the rules, and a second one. */
  readonly own: string
  readonly second: string
  readonly loopback: readonly string[]
  /** Addresses on its links, and beyond. */
  readonly near: readonly string[]
  readonly far: readonly string[]
  readonly ranges: readonly string[]
  readonly spans: readonly string[]
  readonly devices: readonly string[]
}

const POD: Readonly<Record<Family, Pool>> = {
  4: {
    own: '10.20.0.77', second: '10.20.0.80', loopback: ['127.0.0.1', '127.0.0.6'], near: ['10.20.0.78', '10.20.0.99'], far: ['151.101.65.67', '9.9.1.2', '10.96.0.10'],
    ranges: ['10.0.0.0/8', '10.20.0.0/24', '127.0.0.0/8', '9.9.1.0/24', '0.0.0.0/1'], spans: ['10.20.0.1-10.20.0.80', '127.0.0.2-127.0.0.9', '1.0.0.0-10.255.255.255'], devices: ['lo', 'eth0', 'eth+'],
  },
  6: {
    own: 'fd00:20::77', second: 'fd00:20::80', loopback: ['::1', '::6'], near: ['fd00:20::78', 'fd00:20::99'], far: ['2001:db8::9', '2001:db8:1::5', 'fd00:96::10'],
    ranges: ['fd00::/8', 'fd00:20::/64', '2001:db8::/32', '::/1'], spans: ['fd00:20::1-fd00:20::78', '::-::10', '2001:db8::-2001:db9::'], devices: ['lo', 'eth0', 'eth+'],
  },
}

/** The node's pods are near: left and right. */
const NODE: Readonly<Record<Family, Pool>> = {
  4: {
    own: '172.18.0.2', second: '169.254.1.1', loopback: ['127.0.0.1'], near: ['10.244.0.2', '10.244.0.3'], far: ['9.9.1.2', '10.96.0.10', '10.96.0.20'],
    ranges: ['10.244.0.0/24', '10.0.0.0/8', '127.0.0.0/8', '172.18.0.0/24', '0.0.0.0/1'], spans: ['10.244.0.2-10.244.0.9', '172.18.0.1-172.18.0.9'], devices: ['lo', 'eth0', 'vleft', 'v+'],
  },
  6: {
    own: 'fd00:18::2', second: 'fd00:169::1', loopback: ['::1'], near: ['fd00:244::2', 'fd00:244::3'], far: ['2001:db8::9', 'fd00:96::10', 'fd00:96::20'],
    ranges: ['fd00:244::/64', 'fd00::/8', 'fd00:18::/64', '::/1'], spans: ['fd00:244::2-fd00:244::9', 'fd00:18::1-fd00:18::9'], devices: ['lo', 'eth0', 'vleft', 'v+'],
  },
}

export const poolOf = (mode: LabMode, family: Family): Pool => (mode === 'NODE' ? NODE : POD)[family]

/** Who dials from outside a node. */
export const OUTSIDERS: Readonly<Record<Family, readonly string[]>> = { 4: ['172.18.0.5', '203.0.113.7'], 6: ['fd00:18::5', '2001:db8:7::7'] }

export const APP_PORTS = [18080, 8080, 9000, 22] as const
export const MESH_PORTS = [15001, 15006, 15008, 15020, 15021, 15090, 15000, 15053] as const
export const OTHER_PORTS = [80, 443, 53, 12345] as const
export const TCP_PORTS = [...APP_PORTS, ...MESH_PORTS, ...OTHER_PORTS] as const
export const UDP_PORTS = [5353, 53, 15053, 12345] as const

/** Of Services on nodes. */
export const NODE_PORTS = [30080, 31443] as const

/** Users and groups: the app, the proxy, root, and mixtures. */
export const IDS = [[1000, 1000], [1337, 1337], [0, 0], [1000, 1337], [0, 1337], [1337, 1000], [2000, 3000]] as const

export const MARKS = [1337, 1, 0x111, 0x539, 7] as const
