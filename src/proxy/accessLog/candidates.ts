import { isLoopback, loopbackAddress } from '../../net/address.ts'
import { INBOUND_DIALS } from '../inboundDials.ts'
import type { InboundDialCase, Releases } from '../inboundDials.ts'
import type { Mode } from '../meshProfile.ts'
import type { Hop, HopCluster } from '../predictedAddresses.ts'
import type { AccessLogEntry, AccessLogForm } from './accessLogEntry.ts'
import { parseCluster } from './loggedCluster.ts'
import type { LoggedCluster } from './loggedCluster.ts'
import { anyHost, isMasked, parseLoggedEndpoint } from './loggedEndpoint.ts'
import type { LoggedEndpoint } from './loggedEndpoint.ts'
import type { Destination, Direction } from './reading.ts'

/** A way in which a line may have come about, before it is held against the line's addresses. */
export interface Candidate {
  readonly direction: Direction
  readonly destination: Destination
  readonly mode: Mode | null
  readonly releases: Releases
  /** A setting it needs, in words. */
  readonly setting: string | null
  /** null: no addresses follow from it. */
  readonly hop: Hop | null
}

const ANY: Releases = { since: null, until: null }
const LOCALHOST = 'with inbound clusters that are 127.0.0.1 by choice (PILOT_ENABLE_INBOUND_PASSTHROUGH=false up to 1.20, inboundTrafficPolicy LOCALHOST from 1.22, or a Sidecar\'s defaultEndpoint)'

/** Every way Istio's proxies have of coming to such a line, by its cluster. */
export function candidatesOf({ fields }: AccessLogEntry): readonly Candidate[] {
  const ends = endsOf(fields)
  if (fields.upstream_cluster === null) return fields.route_name === 'block_all' ? [{ ...plain('outbound', 'block-all'), setting: 'with outboundTrafficPolicy REGISTRY_ONLY' }] : UNROUTED
  const cluster = parseCluster(fields.upstream_cluster)
  switch (cluster.kind) {
    case 'inbound': return inbound(ends, 'service', { kind: 'inbound', targetPort: cluster.port, service: null })
    case 'InboundPassthroughCluster': return inbound(ends, 'unknown', { kind: 'passthrough' })
    case 'outbound': return outbound(ends, cluster)
    case 'PassthroughCluster': return [{ ...plain('outbound', 'passthrough'), hop: hopOf(ends, 'outbound', { kind: 'passthrough' }) }]
    case 'BlackHoleCluster': return blackhole(ends)
    case 'waypoint': return [plain('waypoint', 'service')]
    case 'other': return []
  }
}

/** The releases whose default format has this form; JSON's keys have been the same. */
export function releasesOfForm(form: AccessLogForm): Releases {
  if (form.kind === 'json') return ANY
  return { '1.1': { since: null, until: 1 }, '1.2': { since: 2, until: 2 }, '1.3': { since: 3, until: 8 }, '1.9': { since: 9, until: null } }[form.since]
}

/** The releases whose clusters have such a name. */
export function releasesOfCluster(text: string | null): Releases {
  const cluster = text === null ? null : parseCluster(text)
  if (cluster?.kind === 'inbound') return cluster.host === '' ? { since: 8, until: null } : { since: null, until: 8 }
  if (cluster?.kind !== 'InboundPassthroughCluster') return ANY
  return cluster.suffix === '' ? { since: 23, until: null } : { since: 3, until: 22 }
}

interface Ends {
  readonly remote: LoggedEndpoint
  readonly local: LoggedEndpoint
  readonly upstream: LoggedEndpoint | null
}

/** An address inferred from X-Forwarded-For has port 0 (E: http_conn_man/headers.rst): who the peer was is not in the line. */
function endsOf(fields: AccessLogEntry['fields']): Ends {
  const local = parseLoggedEndpoint(fields.downstream_local_address)
  const remote = parseLoggedEndpoint(fields.downstream_remote_address)
  const family = local?.host.family ?? remote?.host.family ?? 4
  const unknown = { host: anyHost(family), port: null }
  return { local: local ?? unknown, remote: remote && remote.port !== 0 ? remote : unknown, upstream: parseLoggedEndpoint(fields.upstream_host) }
}

const plain = (direction: Direction, destination: Destination): Candidate => ({ direction, destination, mode: null, releases: ANY, setting: null, hop: null })

const UNROUTED: readonly Candidate[] = [plain('inbound', 'none'), plain('outbound', 'none'), plain('gateway', 'none')]

const hopOf = ({ remote, local, upstream }: Ends, direction: Hop['direction'], cluster: HopCluster): Hop => ({
  direction, mode: 'REDIRECT', release: { major: 1, minor: 30, patch: 0 }, remote, local, cluster, upstreamHost: direction === 'inbound' || cluster.kind === 'passthrough' ? null : upstream,
  dial: null, ownAddress: null, forwardedClient: null,
})

function inbound(ends: Ends, port: InboundDialCase['port'], cluster: HopCluster): Candidate[] {
  return INBOUND_DIALS.filter((each) => each.port === port).map(({ mode, releases, policy, dial }) => {
    // A Sidecar's defaultEndpoint may have another port than its listener.
    const upstreamHost = dial.to === 'localhost' ? { host: loopbackAddress(ends.local.host.family), port: null } : null
    return { direction: 'inbound', destination: port === 'service' ? 'service' : 'passthrough', mode, releases, setting: policy === 'localhost' ? LOCALHOST : null, hop: { ...hopOf(ends, 'inbound', cluster), mode, dial, upstreamHost } }
  })
}

/** A sidecar's upstream connection leaves from the app's own address, a gateway's from that of its port. */
function outbound(ends: Ends, { port, subset, host }: Extract<LoggedCluster, { kind: 'outbound' }>): Candidate[] {
  const cluster = { kind: 'outbound', port, subset, host } as const
  const { host: local } = ends.local
  if (isMasked(local) || !isLoopback(local)) return (['outbound', 'gateway'] as const).map((direction) => ({ ...plain(direction, 'service'), hop: hopOf(ends, direction, cluster) }))
  const ownAddress = anyHost(ends.upstream?.host.family ?? local.family)
  return [
    { ...plain('outbound', 'service'), mode: 'NONE', setting: 'with interception NONE: the app dials Envoy\'s own port on loopback', hop: { ...hopOf(ends, 'outbound', cluster), ownAddress } },
    { ...plain('gateway', 'service'), setting: 'reached over loopback (kubectl port-forward)', hop: { ...hopOf(ends, 'gateway', cluster), ownAddress } },
  ]
}

/** virtualInbound-blackhole and virtualOutbound-blackhole answer their own ports, from 1.8 on. */
function blackhole(ends: Ends): Candidate[] {
  const policy = { ...plain('outbound', 'blackhole'), setting: 'with outboundTrafficPolicy REGISTRY_ONLY', hop: hopOf(ends, 'outbound', { kind: 'blackhole' }) }
  const { port } = ends.local
  const own = { releases: { since: 8, until: null }, setting: `because ${port} is Envoy's own port, dialled directly` }
  if (port === 15006) return [{ ...plain('inbound', 'blackhole'), ...own, hop: hopOf(ends, 'inbound', { kind: 'blackhole' }) }, policy]
  return port === 15001 ? [{ ...policy, ...own }, policy] : [policy]
}
