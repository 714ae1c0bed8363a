import { isLoopback, parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { InboundDial } from './meshProfile.ts'

/** An inbound cluster as `istioctl proxy-config cluster -o json` or a config_dump shows it. */
export interface InboundCluster {
  readonly name: string
  /** The port it is for: the endpoint's where it has one, else that of its name. */
  readonly port: number
  readonly type: 'ORIGINAL_DST' | 'STATIC'
  /** upstream_bind_config; null: none. */
  readonly bind: Address | null
  /** The one endpoint of a STATIC cluster. */
  readonly endpoint: Address | null
  /** From 1. */
  readonly line: number
}

const NAME = /"name"\s*:\s*"(inbound\|(\d{1,5})\|[^"]*)"/g
const NEXT = /"name"\s*:\s*"(?:(?:in|out)bound\||PassthroughCluster|BlackHoleCluster|InboundPassthrough)/g
const TYPE = /"(?:type|discoveryType)"\s*:\s*"([A-Z_]+)"/
const BIND = /"(?:upstreamBindConfig|upstream_bind_config)"\s*:\s*\{\s*"(?:sourceAddress|source_address)"\s*:\s*\{\s*"address"\s*:\s*"([^"]+)"/
const ENDPOINT = /"(?:socketAddress|socket_address)"\s*:\s*\{\s*"address"\s*:\s*"([^"]+)"\s*,\s*"(?:portValue|port_value)"\s*:\s*(\d{1,5})/

/** What decides how a cluster dials, wherever it stands in a text: such pastes are elided, commented and cut, so that few of them are JSON. */
export function readInboundClusters(text: string): readonly InboundCluster[] {
  return [...text.matchAll(NAME)].flatMap(({ index, 0: found, 1: name = '', 2: port = '' }) => {
    const rest = text.slice(index + found.length)
    const end = rest.search(new RegExp(NEXT.source))
    const own = withoutComments(end < 0 ? rest : rest.slice(0, end))
    const type = TYPE.exec(own)?.[1]
    if (type !== 'ORIGINAL_DST' && type !== 'STATIC') return []
    const [, address, endpointPort] = ENDPOINT.exec(own) ?? []
    return [{ name, port: Number(endpointPort ?? port), type, bind: parseAddress(BIND.exec(own)?.[1] ?? ''), endpoint: parseAddress(address ?? ''), line: text.slice(0, index).split('\n').length }]
  })
}

const withoutComments = (text: string): string => text.replace(/(^|[\s,{[])\/\/.*$/gm, '$1')

/** How the cluster's Envoy dials the app; null where that is not understood. A transparent listener's original_src goes before what the cluster binds. */
export function dialOfCluster({ type, bind, endpoint }: InboundCluster, usual: InboundDial): InboundDial | null {
  const from: InboundDial['from'] = usual.from.kind === 'client' ? usual.from : bind ? { kind: 'address', v4: bind, v6: bind } : { kind: 'unbound' }
  if (type === 'ORIGINAL_DST') return { to: 'original', from }
  return endpoint && isLoopback(endpoint) ? { to: 'localhost', from } : null
}
