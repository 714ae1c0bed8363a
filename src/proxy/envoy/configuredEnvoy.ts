import { printEndpoint, sameAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Dialling, ProxyAccept, ProxyAction } from '../acceptedByProxy.ts'
import type { Dice } from '../dice.ts'
import { weightedChoice } from '../weightedChoice.ts'
import { dialInbound } from '../dialInbound.ts'
import { dialOfCluster } from '../inboundClusters.ts'
import type { MeshProfile } from '../meshProfile.ts'
import { chooseVirtualHost } from './chooseVirtualHost.ts'
import type { EnvoyConfig, EnvoyEndpoint, EnvoyListener, EnvoyRoute, EnvoyRouteTable, FilterChain, WeightedCluster } from './envoyConfig.ts'
import { filterChainsFor } from './chooseFilterChain.ts'

export interface ConfiguredAccept {
  readonly profile: MeshProfile
  readonly accept: ProxyAccept
  readonly dice: Dice
  /** Endpoints of a cluster that are known from elsewhere; null: none are. */
  readonly endpointsOf: (cluster: string) => readonly EnvoyEndpoint[] | null
}

/** What an Envoy does with a connection by the configuration that is shown of it; null where that does not tell. */
export function configuredEnvoy(asked: ConfiguredAccept): ProxyAction | null {
  const { profile: { configuration }, accept, dice } = asked
  const first = configuration?.listeners.find(({ port }) => port === accept.port)
  const listener = configuration && first && handedOn(configuration, first, accept)
  if (!listener) return null
  const chains = filterChainsFor(listener, { address: accept.originalAddress, port: accept.originalPort, request: accept.request })
  const ways = distinct(chains)
  const chain = ways.find((each, i) => i === ways.length - 1 || dice(chainDoubt(listener, each)))
  return chain ? taken({ ...asked, configuration, listener }, chain) : null
}

interface Taken extends ConfiguredAccept {
  readonly configuration: EnvoyConfig
  readonly listener: EnvoyListener
}

/** use_original_dst: the listener of the original destination takes it, that of the very address first. Null where the one asked may be there and not be shown. */
function handedOn({ listeners }: EnvoyConfig, listener: EnvoyListener, { originalAddress, originalPort }: ProxyAccept): EnvoyListener | null {
  if (!listener.useOriginalDst) return listener
  const others = listeners.filter((each) => each !== listener && each.port === originalPort)
  const exact = others.find(({ address }) => address !== null && sameAddress(address, originalAddress))
  const found = exact ?? others.find(({ address }) => address === null)
  // virtualInbound alone besides it: a selection was printed.
  return found ?? (listeners.some((each) => each.port !== listener.port && each.name !== 'virtualInbound') ? listener : null)
}

/** Chains that do the same are one. */
const distinct = (chains: readonly FilterChain[]): readonly FilterChain[] => chains.filter((chain, i) => chains.findIndex((each) => JSON.stringify(each.action) === JSON.stringify(chain.action)) === i)

const chainDoubt = ({ name }: EnvoyListener, chain: FilterChain): Parameters<Dice>[0] => ({
  code: 'proxy-filter-chain', message: `what is said on the connection is not known: it takes ${nameOf(chain)} of listener ${name}`, probability: null, key: `${name} ${JSON.stringify(chain)}`,
})

function nameOf({ name, match, action }: FilterChain): string {
  const asks = [match.transport, ...match.applicationProtocols, ...match.serverNames].filter((each) => each !== null)
  const to = action.kind === 'clusters' ? ` to ${action.clusters.map((each) => each.name).join(' or ')}` : ''
  return `the filter chain ${name ?? ''}${asks.length > 0 ? `(${asks.join(', ')})` : ''}${to}`
}

function taken(asked: Taken, { action }: FilterChain): ProxyAction | null {
  switch (action.kind) {
    case 'unshown': return null
    case 'clusters': return towards(asked, chosen(action.clusters, asked.dice), { way: `listener ${asked.listener.name}` })
    case 'routes': return routed(asked, action.table)
    case 'namedRoutes': {
      const table = asked.configuration.routes.find(({ name }) => name === action.name)
      return table ? routed(asked, table) : null
    }
  }
}

const chosen = (clusters: readonly WeightedCluster[], dice: Dice): string => weightedChoice(clusters, '', dice)?.name ?? ''

function routed(asked: Taken, table: EnvoyRouteTable): ProxyAction | null {
  const { request } = asked.accept
  const onlyHost = table.hosts.length === 1 && table.hosts[0]?.domains.includes('*') ? table.hosts[0] : null
  // Without the Host header only a table of one virtual host can be told.
  if (request?.protocol !== 'http' && !onlyHost) return null
  const host = onlyHost ?? chooseVirtualHost(table, request?.authority ?? null)
  if (!host) return { kind: 'answers', status: 404, cluster: null, why: `route table ${table.name} has no host ${request?.authority ?? '-'} (NR)` }
  const way = `listener ${asked.listener.name}, route ${table.name}, ${host.name}`
  const route = host.routes.find((each) => each.takes === 'all' || asked.dice({ code: 'proxy-route', message: `the request fits ${each.match} of ${host.name}`, probability: null, key: `${table.name} ${host.name} ${each.match}` }))
  return route ? by(asked, route, way) : { kind: 'answers', status: 404, cluster: null, why: `${way} has no route for the request (NR)` }
}

function by(asked: Taken, { name, action, timeout }: EnvoyRoute, way: string): ProxyAction | null {
  if (action.kind === 'unshown') return null
  if (action.kind === 'answers') return { kind: 'answers', status: action.status, cluster: null, why: way }
  return towards(asked, chosen(action.clusters, asked.dice), { way, ...(name !== null && { route: name }), ...(timeout !== null && { timeout }) })
}

type Answering = Extract<ProxyAction, { kind: 'answers' }>

interface Way {
  readonly way: string
  readonly route?: string
  readonly timeout?: number
}

function towards(asked: Taken, cluster: string, { way: before, ...rest }: Way): ProxyAction | null {
  const way = `${before}, ${cluster}`
  if (cluster === 'BlackHoleCluster') return asked.accept.request?.protocol === 'http' ? { kind: 'answers', status: 503, cluster, why: way } : { kind: 'closes', cluster, why: way }
  const dial = asked.accept.port === asked.profile.inboundPort ? inwards(asked, cluster) : outwards(asked, cluster)
  return dial && { ...dial, ...(dial.kind === 'dials' && { way: dial.why === '' ? way : `${way}: ${dial.why}` }), ...rest, cluster }
}

function inwards({ profile, accept, configuration, listener }: Taken, name: string): Dialling | null {
  const cluster = configuration.clusters.find((each) => each.name === name)
  const usual = name.startsWith('InboundPassthroughCluster') ? (profile.passthrough ?? profile.inbound) : profile.inbound
  const bound = listener.originalSource ? { ...usual, from: { kind: 'client', mark: listener.originalSource.mark } as const } : usual
  const dial = cluster ? dialOfCluster(cluster, bound) : bound
  return dial && dialInbound(profile, accept, dial)
}

function outwards({ profile, accept, configuration, endpointsOf, dice }: Taken, name: string): Dialling | Answering {
  const cluster = configuration.clusters.find((each) => each.name === name)
  const bind = cluster && cluster.bind !== 'unshown' ? cluster.bind : null
  const dial = (to: Address, port: number, why: string): Dialling => ({ kind: 'dials', to, port, bind, transparent: false, mark: profile.socketMark, why })
  if (cluster?.type === 'ORIGINAL_DST' || name === 'PassthroughCluster') return dial(accept.originalAddress, accept.originalPort, 'the original destination')
  const endpoints = configuration.endpoints.get(name) ?? (cluster && cluster.endpoints.length > 0 ? cluster.endpoints : endpointsOf(name))
  if (!endpoints) return dial(accept.originalAddress, accept.originalPort, 'its endpoints are not shown, and the original destination stands for them')
  const to = picked(endpoints, name, dice)
  return to ? dial(to.address, to.port, '') : { kind: 'answers', status: 503, cluster: name, why: 'it has no endpoints (UH)' }
}

/** Each endpoint with the same chance. */
const picked = (endpoints: readonly EnvoyEndpoint[], cluster: string, dice: Dice): EnvoyEndpoint | undefined =>
  endpoints.find(({ address, port }, i) => i === endpoints.length - 1 || dice({ code: 'load-balancing', message: `the proxy chooses ${printEndpoint(address, port)} of ${cluster}`, probability: 1 / (endpoints.length - i), key: null }))
