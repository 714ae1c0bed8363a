import { isLoopback, loopbackAddress } from '../net/address.ts'
import type { Version } from '../istio/version.ts'
import { isMasked } from './accessLog/loggedEndpoint.ts'
import type { LoggedEndpoint, LoggedHost } from './accessLog/loggedEndpoint.ts'
import { inboundDialOf } from './inboundDials.ts'
import type { InboundDial } from './meshProfile.ts'

/** The cluster an Envoy chose, by what it is for; its name depends on the release. */
export type HopCluster =
  /** A Service's port on the pod itself. Up to 1.8.0 the cluster has the Service's own port, its name and host. */
  | { readonly kind: 'inbound'; readonly targetPort: number; readonly service: { readonly port: number; readonly portName: string; readonly host: string } | null }
  | { readonly kind: 'outbound'; readonly port: number; readonly subset: string; readonly host: string }
  /** PassthroughCluster, inbound InboundPassthroughCluster: the original destination. */
  | { readonly kind: 'passthrough' }
  | { readonly kind: 'blackhole' }

/** One Envoy on a connection's way, as far as it decides what Envoy logs. */
export interface Hop {
  /** A sidecar's virtualInbound, its virtualOutbound, or a gateway's own port. */
  readonly direction: 'inbound' | 'outbound' | 'gateway'
  /** How connections into the pod reach its Envoy; of no account outbound and at gateways. */
  readonly mode: 'REDIRECT' | 'TPROXY'
  /** Istio's release. */
  readonly release: Pick<Version, 'major' | 'minor' | 'patch'>
  /** Who the connection is from: the peer of Envoy's socket. */
  readonly remote: LoggedEndpoint
  /** What it was for: the original destination; at a gateway its own port. */
  readonly local: LoggedEndpoint
  readonly cluster: HopCluster
  /** The endpoint chosen; null: what the dial or the cluster makes of the original destination. */
  readonly upstreamHost: LoggedEndpoint | null
  /** How an inbound Envoy dials; null: as the release does by default. */
  readonly dial: InboundDial | null
  /** Where Envoy's own connections leave from; null: outbound the app's address, at a gateway that of its own port. */
  readonly ownAddress: LoggedHost | null
  /** The client's address as X-Forwarded-For tells it, where Envoy goes by it (use_remote_address false); null: where it does not. */
  readonly forwardedClient: LoggedHost | null
}

/** What Envoy logs of a hop: the five fields; a port that is null is any (ephemeral), a field that is null is "-". */
export interface PredictedAddresses {
  readonly upstream_host: LoggedEndpoint | null
  /** undefined: its name is not known for this release. */
  readonly upstream_cluster: string | undefined
  readonly upstream_local_address: LoggedEndpoint | null
  readonly downstream_local_address: LoggedEndpoint
  readonly downstream_remote_address: LoggedEndpoint
}

/** The addresses that Envoy logs of a connection (usage.rst: DOWNSTREAM_LOCAL_ADDRESS is the original destination, an address inferred from X-Forwarded-For has port 0). */
export function predictedAddresses(hop: Hop): PredictedAddresses {
  const { upstreamHost, from } = dialled(hop)
  return {
    upstream_host: upstreamHost,
    upstream_cluster: clusterName(hop),
    upstream_local_address: from && { host: from, port: null },
    downstream_local_address: hop.local,
    downstream_remote_address: hop.forwardedClient ? { host: hop.forwardedClient, port: 0 } : hop.remote,
  }
}

interface Dialled {
  readonly upstreamHost: LoggedEndpoint | null
  readonly from: LoggedHost | null
}

function dialled(hop: Hop): Dialled {
  if (hop.cluster.kind === 'blackhole') return { upstreamHost: null, from: null }
  if (hop.direction === 'inbound') return dialledInbound(hop)
  const upstreamHost = hop.upstreamHost ?? (hop.cluster.kind === 'passthrough' ? hop.local : null)
  if (!upstreamHost) return { upstreamHost, from: null }
  const own = hop.ownAddress ?? (hop.direction === 'gateway' ? hop.local.host : hop.remote.host)
  return { upstreamHost, from: isLoopbackHost(upstreamHost.host) ? loopbackAddress(upstreamHost.host.family) : own }
}

/** A socket bound to nothing gets the address it dials where that is the pod's own. */
function dialledInbound(hop: Hop): Dialled {
  const dial = hop.dial ?? inboundDialOf(hop.mode, hop.cluster.kind === 'passthrough' ? 'unknown' : 'service', hop.release)
  if (!dial) return { upstreamHost: hop.upstreamHost, from: null }
  const { family } = hop.local.host
  const upstreamHost = hop.upstreamHost ?? (dial.to === 'original' ? hop.local : { host: loopbackAddress(family), port: hop.cluster.kind === 'inbound' ? hop.cluster.targetPort : hop.local.port })
  switch (dial.from.kind) {
    case 'address': return { upstreamHost, from: family === 4 ? dial.from.v4 : dial.from.v6 }
    case 'client': return { upstreamHost, from: hop.remote.host }
    case 'unbound': return { upstreamHost, from: upstreamHost.host }
  }
}

const isLoopbackHost = (host: LoggedHost): boolean => !isMasked(host) && isLoopback(host)

function clusterName({ direction, cluster, release, local }: Hop): string | undefined {
  switch (cluster.kind) {
    case 'blackhole': return 'BlackHoleCluster'
    case 'outbound': return `outbound|${cluster.port}|${cluster.subset}|${cluster.host}`
    case 'passthrough': return direction === 'inbound' ? inboundPassthrough(release.minor, local.host.family) : 'PassthroughCluster'
    case 'inbound': return inboundCluster(cluster, release)
  }
}

/** One for each family from 1.3, one for both from 1.23. */
function inboundPassthrough(minor: number, family: 4 | 6): string | undefined {
  if (minor < 3) return undefined
  return minor < 23 ? `InboundPassthroughClusterIpv${family}` : 'InboundPassthroughCluster'
}

/** pilot/pkg/networking/util BuildInboundSubsetKey: the target port alone from 1.8.1, the Service's port in 1.8.0, all of the Service before. */
function inboundCluster({ targetPort, service }: Extract<HopCluster, { kind: 'inbound' }>, { minor, patch }: Hop['release']): string | undefined {
  if (minor > 8 || (minor === 8 && patch > 0)) return `inbound|${targetPort}||`
  if (!service) return undefined
  return minor === 8 ? `inbound|${service.port}||` : `inbound|${service.port}|${service.portName}|${service.host}`
}
