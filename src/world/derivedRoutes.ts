import { isLoopback } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { anyPrefix, hostPrefix, maskOf, masked, width } from '../net/prefix.ts'
import { RouteTable } from '../host/netns.ts'
import type { InterfaceAddress, NetInterface, Route } from '../host/netns.ts'

/** The routes the kernel makes of addresses by itself, and a default route by the first device that is not lo. */
export function derivedRoutes(interfaces: readonly NetInterface[], family: Family): readonly Route[] {
  const routes = interfaces.flatMap(({ name, addresses }) => addresses.filter(({ address }) => address.family === family).flatMap((own) => routesOf(own, name)))
  const device = interfaces.find(({ name }) => name !== 'lo')?.name
  if (device === undefined || !interfaces.some(({ addresses, name }) => name === device && addresses.some(({ address }) => address.family === family))) return routes
  return [...routes, { family, table: RouteTable.main, type: 'unicast', destination: anyPrefix(family), via: null, device, source: null, metric: 0 }]
}

function routesOf({ address, length }: InterfaceAddress, device: string): Route[] {
  const { family } = address
  const mask = maskOf(family, length)
  const subnet = { address: masked(address, mask), mask }
  const common = { family, via: null, device, metric: 0 } as const
  const local: Route = { ...common, table: RouteTable.local, type: 'local', destination: isLoopback(address) ? subnet : hostPrefix(address), source: family === 4 ? address : null }
  if (length === width(family) || isLoopback(address)) return [local]
  return [local, { ...common, table: RouteTable.main, type: 'unicast', destination: subnet, source: family === 4 ? address : null }]
}
