import { printAddress } from '../../net/address.ts'
import type { Read } from '../../netfilter/diagnostic.ts'
import { clusterOf, endpointsIn } from './clusterOf.ts'
import type { EnvoyCluster, EnvoyConfig, EnvoyEndpoint, EnvoyListener, EnvoyRouteTable } from './envoyConfig.ts'
import type { EnvoyJson} from './envoyJson.ts';
import { JsonSource, jsonValues } from './envoyJson.ts'
import { listenerOf } from './listenerOf.ts'
import { readProxyConfigTables } from './readProxyConfigTables.ts'
import { routeTableOf } from './routeTableOf.ts'

/** What was replaced, or is not in use yet. */
const NOT_IN_USE: ReadonlySet<string> = new Set(['warmingState', 'drainingState', 'errorState', 'dynamicWarmingClusters', 'dynamicWarmingListeners', 'dynamicDrainingListeners'])

/** Finds an Envoy's configuration in a text, however it was got: config_dump, `istioctl proxy-config` as tables or JSON, or pieces of them. */
export function readEnvoyConfig(file: string, text: string): Read<EnvoyConfig> {
  const source = new JsonSource(file, text)
  const found = new Found()
  for (const value of jsonValues(source)) found.look(value, 0)
  const tables = readProxyConfigTables(source)
  return {
    value: { listeners: [...found.listeners, ...tables.listeners], routes: found.routes, clusters: [...found.clusters, ...tables.clusters], endpoints: new Map([...tables.endpoints, ...found.endpoints]) },
    diagnostics: source.diagnostics,
  }
}

/** Several texts of one proxy. Of what is shown twice, the fuller one counts. */
export function joinedConfigs(configs: readonly EnvoyConfig[]): EnvoyConfig | null {
  const listeners = configs.flatMap((each) => each.listeners)
  const clusters = configs.flatMap((each) => each.clusters)
  const joined: EnvoyConfig = {
    listeners: listeners.filter((one) => !listeners.some((other) => isFuller(other, one, listeners))), routes: configs.flatMap(({ routes }) => routes),
    clusters: clusters.filter((one) => one.bind !== 'unshown' || !clusters.some((other) => other.name === one.name && other.bind !== 'unshown')), endpoints: new Map(configs.flatMap(({ endpoints }) => [...endpoints])),
  }
  return joined.listeners.length + joined.routes.length + joined.clusters.length + joined.endpoints.size > 0 ? joined : null
}

const place = ({ address, port }: EnvoyListener): string => `${address ? printAddress(address) : '*'} ${port}`

const isFuller = (other: EnvoyListener, one: EnvoyListener, all: readonly EnvoyListener[]): boolean =>
  other !== one && place(other) === place(one) && (other.chains.length > one.chains.length || (other.chains.length === one.chains.length && all.indexOf(other) < all.indexOf(one)))

class Found {
  readonly listeners: EnvoyListener[] = []
  readonly routes: EnvoyRouteTable[] = []
  readonly clusters: EnvoyCluster[] = []
  readonly endpoints = new Map<string, readonly EnvoyEndpoint[]>()

  /** A value that is none of these holds some, deeper down. */
  look(json: EnvoyJson, depth: number): void {
    if (json.kind !== 'object' && json.kind !== 'array') return
    if (json.kind === 'object' && this.take(json)) return
    for (const { name, value } of json.entries()) if (!NOT_IN_USE.has(name)) this.look(value, depth + 1)
  }

  private take(json: EnvoyJson): boolean {
    const listener = json.has('filterChains') || json.has('defaultFilterChain') ? listenerOf(json) : null
    if (listener) return this.listeners.push(listener) > 0
    const table = routeTableOf(json)
    if (table) return this.routes.push(table) > 0
    return this.takeEndpoints(json) || this.takeCluster(json)
  }

  private takeEndpoints(json: EnvoyJson): boolean {
    const name = json.has('hostStatuses') ? json.get('name').text() : json.has('endpoints') ? json.get('clusterName').text() : null
    if (name === null) return false
    this.endpoints.set(name, endpointsIn(json))
    return true
  }

  private takeCluster(json: EnvoyJson): boolean {
    const cluster = clusterOf(json)
    return cluster !== null && this.clusters.push(cluster) > 0
  }
}
