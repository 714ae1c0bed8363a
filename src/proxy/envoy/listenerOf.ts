import { isAnyAddress, parseAddress } from '../../net/address.ts'
import { parsePrefix } from '../../net/prefix.ts'
import type { ChainAction, ChainMatch, EnvoyListener, FilterChain } from './envoyConfig.ts'
import type { EnvoyJson } from './envoyJson.ts'
import { routeTableOf } from './routeTableOf.ts'
import { weightedClusters } from './weightedClusters.ts'

/** config.listener.v3.Listener; null for what has no address to listen on. */
export function listenerOf(json: EnvoyJson): EnvoyListener | null {
  const socket = json.get('address').get('socketAddress')
  const address = parseAddress(socket.get('address').text() ?? '')
  const port = socket.get('portValue').number()
  if (!address || port === null) return null
  const last = json.get('defaultFilterChain')
  return {
    name: json.get('name').text() ?? `${socket.get('address').text() ?? ''}_${port}`,
    address: isAnyAddress(address) ? null : address, port,
    useOriginalDst: json.get('useOriginalDst').isTrue(),
    originalSource: originalSourceOf(json),
    chains: [...json.get('filterChains').items().map(filterChainOf), ...(last.kind === null ? [] : [filterChainOf(last)])],
    line: json.line,
  }
}

function originalSourceOf(json: EnvoyJson): EnvoyListener['originalSource'] {
  const filter = json.get('listenerFilters').items().find((each) => /original_src$/.test(each.get('name').text() ?? ''))
  return filter ? { mark: filter.get('typedConfig').get('mark').number() ?? filter.get('config').get('mark').number() ?? 0 } : null
}

function filterChainOf(json: EnvoyJson): FilterChain {
  return { name: json.get('name').text(), match: matchOf(json.get('filterChainMatch')), action: actionOf(json.get('filters').items()) }
}

function matchOf(json: EnvoyJson): ChainMatch {
  return {
    port: json.get('destinationPort').number(),
    prefixes: json.get('prefixRanges').items().flatMap((range) => parsePrefix(`${range.get('addressPrefix').text()?.replace(/^::0$/, '::') ?? ''}/${range.get('prefixLen').number() ?? 0}`) ?? []),
    serverNames: json.get('serverNames').texts(),
    transport: json.get('transportProtocol').text(),
    applicationProtocols: json.get('applicationProtocols').texts(),
  }
}

/** The filter that ends a chain is the last one: tcp_proxy or http_connection_manager. */
function actionOf(filters: readonly EnvoyJson[]): ChainAction {
  for (const filter of filters.toReversed()) {
    const config = filter.get('typedConfig').kind === null ? filter.get('config') : filter.get('typedConfig')
    const clusters = weightedClusters(config)
    if (clusters.length > 0) return { kind: 'clusters', clusters }
    const table = routeTableOf(config.get('routeConfig'))
    if (table) return { kind: 'routes', table }
    const name = config.get('rds').get('routeConfigName').text()
    if (name !== null) return { kind: 'namedRoutes', name }
  }
  return { kind: 'unshown' }
}
