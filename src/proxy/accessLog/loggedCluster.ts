/** What a cluster's name says (pilot/pkg/model/context.go BuildSubsetKey; pilot/pkg/networking/util BuildInboundSubsetKey). */
export type LoggedCluster =
  /** `inbound|18080||`; up to 1.8.0 with the Service's own port, its name and host. */
  | { readonly kind: 'inbound'; readonly port: number; readonly name: string; readonly host: string }
  /** `outbound|443|v1|example.com`; `outbound_.443_.v1_.example.com` where a gateway passes mutual TLS through. */
  | { readonly kind: 'outbound'; readonly port: number; readonly subset: string; readonly host: string }
  /** `inbound-vip|80|http|host`: of a waypoint. */
  | { readonly kind: 'waypoint' }
  /** A port of the pod that no Service has; the suffix Ipv4 or Ipv6 up to 1.22. */
  | { readonly kind: 'InboundPassthroughCluster'; readonly suffix: 'Ipv4' | 'Ipv6' | '' }
  | { readonly kind: 'PassthroughCluster' }
  | { readonly kind: 'BlackHoleCluster' }
  | { readonly kind: 'other' }

const SUBSET = /^(inbound|outbound)\|(\d{1,5})\|([^|]*)\|([^|]*)$/
const DNAT = /^outbound_\.(\d{1,5})_\.(.*?)_\.(.+)$/

/** Reads a cluster's name. %UPSTREAM_CLUSTER% may print alt_stat_name, the same with a semicolon behind it. */
export function parseCluster(text: string): LoggedCluster {
  const name = text.replace(/;$/, '')
  const dnat = DNAT.exec(name)
  if (dnat) return { kind: 'outbound', port: Number(dnat[1]), subset: dnat[2] ?? '', host: dnat[3] ?? '' }
  const found = SUBSET.exec(name)
  if (found) return subsetCluster(found)
  if (/^inbound-(?:vip|pod)\|/.test(name) || name === 'connect_originate' || name === 'encap') return { kind: 'waypoint' }
  return FIXED.get(name) ?? { kind: 'other' }
}

function subsetCluster([, direction, port, third = '', host = '']: RegExpExecArray): LoggedCluster {
  const number = Number(port)
  return direction === 'inbound' ? { kind: 'inbound', port: number, name: third, host } : { kind: 'outbound', port: number, subset: third, host }
}

const FIXED: ReadonlyMap<string, LoggedCluster> = new Map<string, LoggedCluster>([
  ['InboundPassthroughCluster', { kind: 'InboundPassthroughCluster', suffix: '' }],
  ['InboundPassthroughClusterIpv4', { kind: 'InboundPassthroughCluster', suffix: 'Ipv4' }],
  ['InboundPassthroughClusterIpv6', { kind: 'InboundPassthroughCluster', suffix: 'Ipv6' }],
  ['PassthroughCluster', { kind: 'PassthroughCluster' }],
  ['BlackHoleCluster', { kind: 'BlackHoleCluster' }],
])
