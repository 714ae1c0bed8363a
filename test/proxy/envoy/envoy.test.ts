import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress, printAddress } from '../../../src/net/address.ts'
import type { Address } from '../../../src/net/address.ts'
import { printPrefix } from '../../../src/net/prefix.ts'
import { filterChainsFor } from '../../../src/proxy/envoy/chooseFilterChain.ts'
import { chooseVirtualHost } from '../../../src/proxy/envoy/chooseVirtualHost.ts'
import type { EnvoyConfig, EnvoyListener } from '../../../src/proxy/envoy/envoyConfig.ts'
import { joinedConfigs, readEnvoyConfig } from '../../../src/proxy/envoy/readEnvoyConfig.ts'
import type { Request } from '../../../src/proxy/request.ts'
import { ask, connection, only, POD } from '../../world/ask.ts'

const address = (text: string): Address => parseAddress(text) ?? (() => { throw new Error(text) })()
const config = (text: string): EnvoyConfig => readEnvoyConfig('paste', text).value
const said = (text: string): string[] => readEnvoyConfig('paste', text).diagnostics.map(({ code }) => code)

const cluster = (name: string, more = '"type": "EDS"'): string => `{"name": "${name}", ${more}}`
const tcp = (name: string): string => `"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": {"cluster": "${name}"}}]`
const listener = (name: string, port: number, chains: string, more = ''): string => `{"name": "${name}", "address": {"socket_address": {"address": "0.0.0.0", "port_value": ${port}}}, "filter_chains": [${chains}]${more}}`
const LISTENERS = listener('virtualOutbound', 15001, `{${tcp('PassthroughCluster')}}`, ', "use_original_dst": true')

describe('reading an Envoy\'s configuration', () => {
  it.each<readonly [string, string]>([
    ['a config_dump', `{"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_listeners": [{"name": "x", "active_state": {"listener": ${LISTENERS}}, "draining_state": {"listener": ${LISTENERS}}}]}, {"dynamic_active_clusters": [{"cluster": ${cluster('a')}}], "dynamic_warming_clusters": [{"cluster": ${cluster('b')}}]}]}`],
    ['arrays of istioctl, camelCase', `$ istioctl pc l x -o json\n[${LISTENERS.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())}]\n$ istioctl pc c x -o json\n[\n${cluster('a')}\n]`],
    ['with prose, comments, commas too many and parts left out', `See:\n${LISTENERS}\nand then\n  {\n  // the one\n  "name": "a", # no comment of JSON's\n  ...\n  "type": "EDS",\n  "load_assignment": {"endpoints": [],},\n  }\nthat is all`.replace(', # no comment of JSON\'s', ',')],
    ['cut short', `${LISTENERS}\n{"cluster": {"name": "a", "type": "EDS", "eds_cluster_config": {"service_name": "a"`],
  ])('%s', (_, text) => {
    const { listeners, clusters } = config(text)
    expect([listeners.map(({ name, port, useOriginalDst }) => [name, port, useOriginalDst]), clusters.map(({ name, type }) => [name, type])]).toEqual([[['virtualOutbound', 15001, true]], [['a', 'EDS']]])
  })

  it('says where parts are left out and where a field stands twice', () => {
    expect(said('{\n "filter_chains": [\n  # ... omitted\n ]\n}')).toEqual(['proxy-config-elided'])
    const twice = `{"address": {"socket_address": {"address": "0.0.0.0", "port_value": 15006}}, "filter_chains": [{"filter_chain_match": {"destination_port": 1}, ${tcp('a')}, "filter_chain_match": {"destination_port": 2}, ${tcp('b')}}]}`
    expect([said(twice), config(twice).listeners[0]?.chains.map(({ match }) => match.port)]).toEqual([['proxy-config-repeated'], [1, 2]])
  })

  it('reads the tables of istioctl', () => {
    const text = `$ istioctl proxy-config listener pod
ADDRESS    PORT  MATCH                                    DESTINATION
10.96.0.10 53    ALL                                      Cluster: outbound|53||dns.a.svc.cluster.local
0.0.0.0    80    Trans: raw_buffer; App: http/1.1,h2c     Route: 80
0.0.0.0    15001 ALL                                      PassthroughCluster
0.0.0.0    15006 Addr: *:15006                            Non-HTTP/Non-TCP
0.0.0.0    15006 Trans: raw_buffer; Addr: 0.0.0.0/0       InboundPassthroughClusterIpv4
0.0.0.0    15006 Trans: raw_buffer; App: HTTP; Addr: *:8   Cluster: inbound|8||
0.0.0.0    15006 SNI: a.b,c.d; Addr: 10.0.0.1/32:9090     Cluster: inbound|9090||

$ istioctl proxy-config cluster pod
SERVICE FQDN             PORT     SUBSET     DIRECTION     TYPE             DESTINATION RULE
BlackHoleCluster         -        -          -             STATIC
dns.a.svc.cluster.local  53       v1         outbound      EDS              dns.a
                         8080     -          inbound       ORIGINAL_DST

$ istioctl proxy-config endpoint pod
ENDPOINT               STATUS      OUTLIER CHECK     CLUSTER
10.0.0.53:53           HEALTHY     OK                outbound|53|v1|dns.a.svc.cluster.local
[fd00::53]:53          HEALTHY     OK                outbound|53|v1|dns.a.svc.cluster.local
`
    const { listeners, clusters, endpoints } = config(text)
    expect(listeners.map(({ name, chains }) => [name, chains.length])).toEqual([['10.96.0.10_53', 1], ['0.0.0.0_80', 1], ['0.0.0.0_15001', 1], ['0.0.0.0_15006', 4]])
    expect(listeners.at(-1)?.chains.map(({ match, action }) => [match.port, match.prefixes.map(printPrefix).join(), match.serverNames.join(), match.transport, action.kind])).toEqual([
      [15006, '', '', null, 'unshown'], [null, '0.0.0.0/0', '', 'raw_buffer', 'clusters'], [8, '', '', 'raw_buffer', 'clusters'], [9090, '10.0.0.1/32', 'a.b,c.d', null, 'clusters'],
    ])
    expect(clusters.map(({ name, type }) => `${name} ${type}`)).toEqual(['BlackHoleCluster STATIC', 'outbound|53|v1|dns.a.svc.cluster.local EDS', 'inbound|8080|| ORIGINAL_DST'])
    expect([...endpoints].map(([name, own]) => [name, own.map((each) => `${printAddress(each.address)} ${each.port}`)])).toEqual([['outbound|53|v1|dns.a.svc.cluster.local', ['10.0.0.53 53', 'fd00::53 53']]])
  })

  it('takes the fuller one of what is shown twice', () => {
    const [one, other] = [config(`[${listener('a', 15006, `{${tcp('x')}}, {${tcp('y')}}`)}]`), config('ADDRESS PORT  MATCH DESTINATION\n0.0.0.0 15006 ALL   PassthroughCluster\n')]
    expect([joinedConfigs([one, other]), joinedConfigs([other, one])].map((joined) => joined?.listeners.map(({ name }) => name))).toEqual([['a'], ['a']])
    expect(joinedConfigs([config('no configuration')])).toBeNull()
  })

  it('never throws, whatever the text', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"filter_chains":', '"name":', '"a"', ':', ',', '\n', '...', '// x', '"__proto__":', '1', 'null', 'ADDRESS PORT  MATCH DESTINATION\n', '"address": {"socket_address": {"address": "::", "port_value": 15006}},')
    fc.assert(fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), (pieces) => { readEnvoyConfig('paste', pieces.join('')) }))
  })

  it('refuses to nest without end', () => {
    expect(config(`{"filter_chains":\n${'[\n'.repeat(100_000)}`).listeners).toEqual([])
  })
})

const HTTP: Request = { protocol: 'http', authority: 'a', sni: null, forwardedFor: [] }
const MESH: Request = { ...HTTP, sni: 'outbound_.80_._.a.b.svc.cluster.local' }
const TLS: Request = { protocol: 'tls', authority: null, sni: 'www.example.com', forwardedFor: [] }

describe('choosing a filter chain', () => {
  const chain = (name: string, match: string): string => `{"name": "${name}", "filter_chain_match": {${match}}, ${tcp(name)}}`
  const INBOUND: EnvoyListener | undefined = config(`[${listener('virtualInbound', 15006, [
    chain('any', '"prefix_ranges": [{"address_prefix": "0.0.0.0", "prefix_len": 0}]'), chain('pod', '"prefix_ranges": [{"address_prefix": "10.0.0.1", "prefix_len": 32}]'), chain('any6', '"prefix_ranges": [{"address_prefix": "::0", "prefix_len": 0}]'),
    chain('tls', '"destination_port": 80, "transport_protocol": "tls"'), chain('mesh', '"destination_port": 80, "transport_protocol": "tls", "application_protocols": ["istio-http/1.1"]'),
    chain('plain', '"destination_port": 80, "transport_protocol": "raw_buffer"'), chain('http', '"destination_port": 80, "transport_protocol": "raw_buffer", "application_protocols": ["http/1.1", "h2c"]'),
    chain('named', '"destination_port": 443, "server_names": ["*.example.com"]'), chain('exact', '"destination_port": 443, "server_names": ["www.example.com"]'),
  ].join())}]`).listeners[0]
  const names = (to: string, port: number, request: Request | null): unknown => INBOUND && filterChainsFor(INBOUND, { address: address(to), port, request }).map(({ name }) => name)
  it.each<readonly [string, string, number, Request | null, readonly string[]]>([
    ['HTTP', '10.0.0.1', 80, HTTP, ['http']], ['the mesh\'s TLS', '10.0.0.1', 80, MESH, ['mesh']], ['other TLS', '10.0.0.1', 80, TLS, ['tls']], ['plain TCP', '10.0.0.1', 80, { ...HTTP, protocol: 'tcp' }, ['plain']],
    ['not known: all of the port', '10.0.0.1', 80, null, ['tls', 'mesh', 'plain', 'http']],
    ['another port, by the longest prefix', '10.0.0.1', 81, HTTP, ['pod']], ['another address', '10.0.0.2', 81, HTTP, ['any']], ['another family', 'fd00::1', 81, HTTP, ['any6']],
    ['the exact server name', '10.0.0.1', 443, TLS, ['exact']], ['a wildcard', '10.0.0.1', 443, { ...TLS, sni: 'a.example.com' }, ['named']], ['no name fits, and there is no way back', '10.0.0.1', 443, HTTP, []],
  ])('%s', (_, to, port, request, chosen) => { expect(names(to, port, request)).toEqual(chosen) })
})

it.each<readonly [string | null, string | null]>([['a.b.c', 'exact'], ['A.B.C', 'exact'], ['x.b.c', 'longer'], ['x.c', 'suffix'], ['a.x', 'prefix'], ['q', 'all'], [null, 'all']])('Host %s goes to the virtual host %s', (authority, name) => {
  const host = (own: string, domain: string): string => `{"name": "${own}", "domains": ["${domain}"], "routes": []}`
  const [table] = config(`{"name": "80", "virtual_hosts": [${[host('all', '*'), host('prefix', 'a.*'), host('suffix', '*.c'), host('longer', '*.b.c'), host('exact', 'a.b.c')].join()}]}`).routes
  expect(table && chooseVirtualHost(table, authority)?.name).toBe(name)
})

describe('a walk with the configuration in view', () => {
  const RULES = '$ iptables-save -t nat\n*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n:ISTIO_IN_REDIRECT - [0:0]\n:ISTIO_OUTPUT - [0:0]\n:ISTIO_REDIRECT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT\n-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\n-A ISTIO_OUTPUT -j ISTIO_REDIRECT\n-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n'
  const dialled = (text: string, of = 'uid 1000 > 10.96.0.5:80'): unknown => ask(RULES + POD, connection(of), { envoy: config(text) }).outcomes.map(({ outcome: { result, upstreams, probability } }) => [result, upstreams.map(({ to }) => to).join(), probability])
  const HANDED = (chains: string, more = ''): string => `[${LISTENERS}, ${listener('0.0.0.0_80', 80, chains)}]\n${more}`
  const ASSIGNED = `{"cluster_name": "x", "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"socket_address": {"address": "10.0.0.8", "port_value": 8080}}}}, {"endpoint": {"address": {"socket_address": {"address": "10.0.0.9", "port_value": 8080}}}}]}]}`
  it.each<readonly [string, string, readonly (readonly unknown[])[]]>([
    ['nothing: as its release does', '', [['connected', '10.96.0.5:80', 1]]],
    ['a listener of the port, a cluster with endpoints', HANDED(`{${tcp('x')}}`, ASSIGNED), [['connected', '10.0.0.8:8080', 0.5], ['connected', '10.0.0.9:8080', 0.5]]],
    ['a cluster whose endpoints are not shown', HANDED(`{${tcp('x')}}`), [['connected', '10.96.0.5:80', 1]]],
    ['the BlackHoleCluster', HANDED(`{${tcp('BlackHoleCluster')}}`), [['connected', '', 1]]],
    ['two chains, and what is said is not known', HANDED(`{"filter_chain_match": {"transport_protocol": "tls"}, ${tcp('x')}}, {${tcp('BlackHoleCluster')}}`), [['connected', '10.96.0.5:80', null], ['connected', '', null]]],
    ['no listener of the port', `[${LISTENERS}, ${listener('0.0.0.0_81', 81, `{${tcp('BlackHoleCluster')}}`)}]`, [['connected', '10.96.0.5:80', 1]]],
  ])('%s', (_, text, ways) => { expect(dialled(text)).toEqual(ways) })

  it.each<readonly [string, string, string]>([
    ['original_src on the listener: what the rules send elsewhere never comes back', listener('virtualInbound', 15006, `{${tcp('inbound|18080||')}}`, ', "listener_filters": [{"name": "envoy.filters.listener.original_src", "typed_config": {"mark": 1337}}]'), '10.20.0.78'],
    ['its cluster binds', `${listener('virtualInbound', 15006, `{${tcp('inbound|18080||')}}`)}, ${cluster('inbound|18080||', '"type": "ORIGINAL_DST", "upstream_bind_config": {"source_address": {"address": "127.0.0.9"}}')}`, '127.0.0.9'],
    ['its cluster binds nothing', `${listener('virtualInbound', 15006, `{${tcp('inbound|18080||')}}`)}, ${cluster('inbound|18080||', '"type": "ORIGINAL_DST"')}`, '10.20.0.77'],
  ])('inbound: %s', (_, text, peer) => {
    const [{ outcome }] = [only(ask(RULES + POD, connection('10.20.0.78 > 10.20.0.77:18080'), { envoy: config(`[${text}]`) }))]
    expect(outcome.accepts.find(({ port }) => port === 18080)?.peer ?? outcome.upstreams.map(({ result }) => result)).toEqual(peer === '10.20.0.78' ? ['timeout'] : peer)
  })
})
