import type { Family } from '../../../src/net/address.ts'

/** Addresses and ports that the laboratory's rules and connections have in common, so that they meet. */
export interface Pool {
  readonly pod: string
  /** The pod's second address. */
  readonly second: string
  readonly loopback: readonly string[]
  /** Addresses on the pod's link, and beyond. */
  readonly near: readonly string[]
  readonly far: readonly string[]
  readonly ranges: readonly string[]
}

export const POOLS: Readonly<Record<Family, Pool>> = {
  4: {
    pod: '10.20.0.77', second: '10.20.0.80', loopback: ['127.0.0.1', '127.0.0.6'], near: ['10.20.0.78', '10.20.0.99'], far: ['151.101.65.67', '9.9.1.2', '10.96.0.10'],
    ranges: ['10.0.0.0/8', '10.20.0.0/24', '127.0.0.0/8', '9.9.1.0/24', '0.0.0.0/1'],
  },
  6: {
    pod: 'fd00:20::77', second: 'fd00:20::80', loopback: ['::1', '::6'], near: ['fd00:20::78', 'fd00:20::99'], far: ['2001:db8::9', '2001:db8:1::5', 'fd00:96::10'],
    ranges: ['fd00::/8', 'fd00:20::/64', '2001:db8::/32', '::/1'],
  },
}

export const APP_PORTS = [18080, 8080, 9000, 22] as const
export const MESH_PORTS = [15001, 15006, 15008, 15020, 15021, 15090, 15000, 15053] as const
export const OTHER_PORTS = [80, 443, 53, 12345] as const
export const TCP_PORTS = [...APP_PORTS, ...MESH_PORTS, ...OTHER_PORTS] as const
export const UDP_PORTS = [5353, 53, 15053, 12345] as const

/** Users and groups: the app, the proxy, root, and mixtures. */
export const IDS = [[1000, 1000], [1337, 1337], [0, 0], [1000, 1337], [0, 1337], [1337, 1000], [2000, 3000]] as const

export const MARKS = [1337, 1, 0x111, 0x539, 7] as const
