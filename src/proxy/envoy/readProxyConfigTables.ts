import { isAnyAddress, parseAddress } from '../../net/address.ts'
import { parsePrefix } from '../../net/prefix.ts'
import { CLUSTER_TYPES } from './envoyConfig.ts'
import type { ChainAction, ChainMatch, EnvoyCluster, EnvoyConfig, EnvoyEndpoint, EnvoyListener, FilterChain } from './envoyConfig.ts'
import type { JsonSource } from './envoyJson.ts'

/** One row of a table: its cells by the heading of their columns. */
interface Row {
  readonly cells: Readonly<Record<string, string>>
  readonly line: number
}

type Tables = Pick<EnvoyConfig, 'listeners' | 'clusters' | 'endpoints'>

/** The tables of `istioctl proxy-config listener`, `cluster` and `endpoint` (istioctl/pkg/writer/envoy/configdump). Those of routes name no clusters. */
export function readProxyConfigTables(source: JsonSource): Tables {
  const lines = source.text.split('\n')
  const rows = (heading: RegExp): Row[] => lines.flatMap((line, at) => (heading.test(line) ? rowsBelow(lines, at) : []))
  const endpoints = new Map<string, EnvoyEndpoint[]>()
  for (const { cells } of rows(/^ENDPOINT\s+STATUS\s.*\sCLUSTER\s*$/)) addEndpoint(endpoints, cells)
  return { listeners: listenersOf(rows(/^ADDRESS(?:ES)?\s+PORT\s+MATCH\s+DESTINATION\s*$/)), clusters: rows(/^SERVICE FQDN\s+PORT\s+SUBSET\s+DIRECTION\s+TYPE\b/).flatMap((row) => clusterOf(row) ?? []), endpoints }
}

/** Columns begin where their headings do; a table ends at an empty line. */
function rowsBelow(lines: readonly string[], at: number): Row[] {
  const heading = lines[at] ?? ''
  const columns = [...heading.matchAll(/SERVICE FQDN|DESTINATION RULE|OUTLIER CHECK|\S+/g)].map(({ 0: name, index }) => ({ name, index }))
  const end = lines.findIndex((line, i) => i > at && (line.trim() === '' || /^\s*(?:```|[$#] )/.test(line)))
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line, i) => ({ line: at + 2 + i, cells: Object.fromEntries(columns.map(({ name, index }, each) => [name, line.slice(index, columns[each + 1]?.index).trim()])) }))
}

function listenersOf(rows: readonly Row[]): EnvoyListener[] {
  const place = ({ cells }: Row): string => `${cells['ADDRESS'] ?? cells['ADDRESSES'] ?? ''} ${cells['PORT'] ?? ''}`
  return [...new Set(rows.map(place))].flatMap((key) => {
    const own = rows.filter((row) => place(row) === key)
    const [first = '', port = ''] = key.split(' ').map((part) => part.replace(/,.*/, ''))
    const address = parseAddress(first)
    if (!address || !/^\d+$/.test(port)) return []
    return [{ name: `${first}_${port}`, address: isAnyAddress(address) ? null : address, port: Number(port), useOriginalDst: port === OUTBOUND, originalSource: null, chains: own.map(chainOf), line: own[0]?.line ?? 1 }]
  })
}

/** virtualOutbound has use_original_dst, which no table shows. */
const OUTBOUND = '15001'

function chainOf({ cells }: Row): FilterChain {
  return { name: null, match: matchOf(cells['MATCH'] ?? ''), action: actionOf(cells['DESTINATION'] ?? '') }
}

/** "Trans: raw_buffer; App: HTTP; Addr: *:18080". */
function matchOf(text: string): ChainMatch {
  const parts = new Map(text.split(';').map((part) => [/^\s*(\w+):/.exec(part)?.[1] ?? '', part.replace(/^\s*\w+:\s*/, '').trim()]))
  const at = parts.get('Addr') ?? ''
  const [, host = at, port] = /^(.*):(\d+)$/.exec(at.includes('/') && !/\/\d+:\d+$/.test(at) ? '' : at) ?? []
  return {
    port: port === undefined ? null : Number(port),
    prefixes: host === '*' || host === '' ? [] : host.split(',').flatMap((each) => parsePrefix(each.replace(/^\[|\]$/g, '')) ?? []),
    serverNames: parts.get('SNI')?.split(',') ?? [],
    transport: parts.get('Trans') ?? null,
    applicationProtocols: (parts.get('App') ?? '').split(',').flatMap((each) => SHORT[each] ?? (each === '' ? [] : [each])),
  }
}

/** What the tables abbreviate. */
const SHORT: Readonly<Record<string, readonly string[]>> = { HTTP: ['http/1.0', 'http/1.1', 'h2c'], 'TCP TLS': ['istio-peer-exchange', 'istio'], 'HTTP TLS': ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'] }

function actionOf(text: string): ChainAction {
  const [, route] = /^Route: (\S+)/.exec(text) ?? []
  if (route !== undefined) return { kind: 'namedRoutes', name: route }
  const name = /^Cluster: (\S+)/.exec(text)?.[1] ?? /^(?:PassthroughCluster|BlackHoleCluster|InboundPassthroughCluster\w*)$/.exec(text)?.[0]
  return name === undefined ? { kind: 'unshown' } : { kind: 'clusters', clusters: [{ name, weight: 1 }] }
}

/** A cluster's name is "direction|port|subset|host", but for those that stand for themselves. */
function clusterOf({ cells, line }: Row): EnvoyCluster | null {
  const type = CLUSTER_TYPES.find((each) => each === cells['TYPE'])
  if (!type) return null
  const [host = '', port = '', subset = '', direction = ''] = [cells['SERVICE FQDN'], cells['PORT'], cells['SUBSET'], cells['DIRECTION']].map((cell) => (cell === '-' ? '' : cell))
  return { name: direction === '' ? host : `${direction}|${port}|${subset}|${host}`, type, bind: 'unshown', endpoints: [], line }
}

function addEndpoint(endpoints: Map<string, EnvoyEndpoint[]>, { ENDPOINT: text = '', CLUSTER: cluster = '' }: Row['cells']): void {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? []
  const address = parseAddress(host)
  if (!address || cluster === '') return
  endpoints.set(cluster, [...(endpoints.get(cluster) ?? []), { address, port: Number(port) }])
}
