import type { Address, Family } from '../net/address.ts'
import { hostPrefix, maskOf } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'
import type { Netns } from '../host/netns.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import { addressValue, prefixRange, range } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'

/** Where a namespace itself tells packets apart, whatever its rules: routes, sockets, own addresses, the proxy's ports. */
export interface NamespaceCuts {
  readonly addresses: readonly ValueRange[]
  readonly ports: readonly ValueRange[]
  readonly ids: readonly ValueRange[]
  readonly marks: readonly { readonly value: number; readonly mask: number }[]
}

export function namespaceCuts({ interfaces, routes, rules, listeners, neighbours }: Netns, profile: MeshProfile, family: Family): NamespaceCuts {
  const own = interfaces.flatMap(({ addresses }) => addresses.filter(({ address }) => address.family === family))
  const prefixes = [
    ...own.flatMap(({ address, length }) => [hostPrefix(address), { address, mask: maskOf(family, length) }]),
    ...routes.filter((each) => each.family === family).flatMap(({ destination, via, source }) => [destination, ...hosts([via, source], family)]),
    ...rules.filter((each) => each.family === family).flatMap(({ from, to }) => [from, to].filter((each) => each !== null)),
    ...hosts([...listeners.map(({ address }) => address), ...neighbours.map(({ address }) => address)], family),
    ...configuredPrefixes(profile, family),
  ]
  const { inboundPort, outboundPort, ownPorts, agentPorts, capturePorts, tunnel } = profile
  const ports = [inboundPort, outboundPort, ...ownPorts, ...agentPorts, ...capturePorts, ...(tunnel ? [tunnel.port] : []), ...listeners.map(({ port }) => port), ...configuredPorts(profile)]
  return {
    addresses: prefixes.map(wholePrefix), ports: [...new Set(ports)].map((port) => range(port)),
    ids: rules.flatMap(({ uids }) => (uids ? [range(uids.first, uids.last)] : [])),
    marks: rules.flatMap(({ mark }) => (mark ? [mark] : [])),
  }
}

const hosts = (addresses: readonly (Address | null)[], family: Family): readonly Prefix[] => addresses.flatMap((address) => (address?.family === family ? [hostPrefix(address)] : []))

/** Host bits do not count. */
const wholePrefix = ({ address, mask }: Prefix): ValueRange => {
  const { first, last } = prefixRange({ address, mask })
  const size = last - first
  return { first: addressValue(address) & ~size, last: (addressValue(address) & ~size) | size }
}

const configuredPorts = ({ configuration }: MeshProfile): readonly number[] =>
  (configuration?.listeners ?? []).flatMap(({ port, chains }) => [port, ...chains.flatMap(({ match }) => (match.port === null ? [] : [match.port]))])

const configuredPrefixes = ({ configuration }: MeshProfile, family: Family): readonly Prefix[] =>
  (configuration?.listeners ?? []).flatMap(({ address, chains }) => [...hosts([address], family), ...chains.flatMap(({ match }) => match.prefixes.filter((prefix) => prefix.address.family === family))])
