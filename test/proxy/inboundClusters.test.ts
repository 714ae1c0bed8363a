import { describe, expect, it } from 'vitest'
import { printAddress } from '../../src/net/address.ts'
import { readEnvoyConfig } from '../../src/proxy/envoy/readEnvoyConfig.ts'
import { inboundPortOf } from '../../src/proxy/inboundClusters.ts'
import { ask, connection, only, POD } from '../world/ask.ts'

/** As istioctl prints it. */
const PASSTHROUGH = `[
    {
        "name": "inbound|18080||",
        "type": "ORIGINAL_DST", // told to me by a friend
        "connectTimeout": "10s",
        ...
        "upstreamBindConfig": {
            "sourceAddress": {
                "address": "127.0.0.6",
                "portValue": 0
            }
        },
        "metadata": { "filterMetadata": { "istio": { "services": [ { "host": "a.b.svc.cluster.local", "name": "a" } ] } } }
    }
]`

/** Of a config_dump of Istio 1.4, cut short as people cut them. */
const LOCALHOST = `{
 "cluster": {
  "name": "inbound|8888|grpc|calculator.vm.svc.cluster.local",
  "type": "STATIC",
  "load_assignment": {
   "cluster_name": "inbound|8888|grpc|calculator.vm.svc.cluster.local",
   "endpoints": [ { "lb_endpoints": [ { "endpoint": { "address": { "socket_address": {
      "address": "127.0.0.1",
      "port_value": 18080
`

const clusters = (text: string): unknown => readEnvoyConfig('paste', text).value.clusters.filter((cluster) => inboundPortOf(cluster) !== null)
  .map((cluster) => [cluster.name, inboundPortOf(cluster), cluster.type, cluster.bind && (cluster.bind === 'unshown' ? cluster.bind : printAddress(cluster.bind)), cluster.endpoints.map(({ address }) => printAddress(address)).join(), cluster.line])

describe('inbound clusters in a paste', () => {
  it.each([
    ['of the original destination', PASSTHROUGH, [['inbound|18080||', 18080, 'ORIGINAL_DST', '127.0.0.6', '', 3]]],
    ['of localhost', LOCALHOST, [['inbound|8888|grpc|calculator.vm.svc.cluster.local', 18080, 'STATIC', null, '127.0.0.1', 3]]],
    ['several, each with its own', `${PASSTHROUGH}\n${LOCALHOST}`, [['inbound|18080||', 18080, 'ORIGINAL_DST', '127.0.0.6', '', 3], ['inbound|8888|grpc|calculator.vm.svc.cluster.local', 18080, 'STATIC', null, '127.0.0.1', 18]]],
    ['of a type that names no address', '{"name": "inbound|80||", "type": "EDS"}', [['inbound|80||', 80, 'EDS', null, '', 1]]],
    ['none', '{"name": "outbound|80||a.b", "type": "ORIGINAL_DST"}', []],
  ])('%s', (_, text, found) => {
    expect(clusters(text)).toEqual(found)
  })

  const RULES = '$ iptables-save -t nat\n*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:ISTIO_INBOUND - [0:0]\n:ISTIO_IN_REDIRECT - [0:0]\n:ISTIO_OUTPUT - [0:0]\n-A PREROUTING -p tcp -j ISTIO_INBOUND\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A ISTIO_INBOUND -p tcp -j ISTIO_IN_REDIRECT\n-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\n-A ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN\nCOMMIT\n'
  it.each([
    ['nothing shown', '', '127.0.0.6', true], ['the original destination', PASSTHROUGH, '127.0.0.6', false], ['localhost', LOCALHOST, '127.0.0.1', false],
    ['two that differ', `${PASSTHROUGH}\n${LOCALHOST}`, '127.0.0.6', true],
    ['and no source', PASSTHROUGH.replace('upstreamBindConfig', 'somethingElse'), '10.20.0.77', false],
  ])('decide what the app sees: %s', (_, text, peer, assumed) => {
    const { outcome } = only(ask(RULES + POD, connection('10.20.0.78 > 10.20.0.77:18080'), { envoy: readEnvoyConfig('paste', text).value }))
    expect([outcome.appSees, outcome.assumptions.some(({ code }) => code === 'assume-istio-version')]).toEqual([peer, assumed])
  })
})
