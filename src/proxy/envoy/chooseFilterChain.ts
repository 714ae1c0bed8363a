import type { Address } from '../../net/address.ts'
import { contains, prefixLength } from '../../net/prefix.ts'
import { matchesHost } from '../externalService.ts'
import type { Request } from '../request.ts'
import type { EnvoyListener, FilterChain } from './envoyConfig.ts'

/** What a listener looks at of a connection; `request` null: not known. */
export interface Incoming {
  readonly address: Address
  readonly port: number
  readonly request: Request | null
}

/**
 * The chains a connection can take: one, or several where it is not known what is said on it. Each criterion in turn, the
 * most specific first and without going back (envoyproxy.io, FilterChainMatch).
 */
export function filterChainsFor({ chains }: EnvoyListener, { address, port, request }: Incoming): readonly FilterChain[] {
  const ofPort = narrowed(chains, ({ match }) => match.port === port, ({ match }) => match.port === null)
  const ofAddress = mostSpecific(ofPort, ({ match }) => longestPrefix(match.prefixes, address))
  if (request === null) return ofAddress
  const ofName = mostSpecific(ofAddress, ({ match }) => nameRank(match.serverNames, request.sni))
  const transport = request.sni === null && request.protocol !== 'tls' ? 'raw_buffer' : 'tls'
  const ofTransport = narrowed(ofName, ({ match }) => match.transport === transport, ({ match }) => match.transport === null)
  const spoken = protocolsOf(request)
  return narrowed(ofTransport, ({ match }) => match.applicationProtocols.some((each) => spoken.includes(each)), ({ match }) => match.applicationProtocols.length === 0).slice(0, 1)
}

type Test = (chain: FilterChain) => boolean

function narrowed(chains: readonly FilterChain[], asks: Test, asksNothing: Test): readonly FilterChain[] {
  const found = chains.filter(asks)
  return found.length > 0 ? found : chains.filter(asksNothing)
}

/** Those of the highest rank; null: it does not match. */
function mostSpecific(chains: readonly FilterChain[], rank: (chain: FilterChain) => number | null): readonly FilterChain[] {
  const ranked = chains.flatMap((chain) => { const own = rank(chain); return own === null ? [] : [{ chain, own }] })
  const most = Math.max(...ranked.map(({ own }) => own))
  return ranked.filter(({ own }) => own === most).map(({ chain }) => chain)
}

/** -1: it asks for no address. */
function longestPrefix(prefixes: FilterChain['match']['prefixes'], address: Address): number | null {
  if (prefixes.length === 0) return -1
  const lengths = prefixes.filter((prefix) => prefix.address.family === address.family && contains(prefix, address)).map(({ mask }) => prefixLength(mask) ?? 0)
  return lengths.length === 0 ? null : Math.max(...lengths)
}

function nameRank(names: readonly string[], sni: string | null): number | null {
  if (names.length === 0) return -1
  const fitting = names.filter((name) => sni !== null && matchesHost(name, sni))
  return fitting.length === 0 ? null : Math.max(...fitting.map((name) => (name.startsWith('*') ? name.length : 1000)))
}

/** What the client offers in ALPN, or http_inspector finds. */
function protocolsOf({ protocol, sni }: Request): readonly string[] {
  const meshed = sni?.startsWith('outbound_.') === true
  if (protocol === 'http') return meshed ? ['istio-http/1.0', 'istio-http/1.1', 'istio-h2', 'istio'] : ['http/1.0', 'http/1.1', 'h2c']
  return meshed ? ['istio-peer-exchange', 'istio'] : []
}
