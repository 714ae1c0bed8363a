import { isScalar } from 'yaml'
import type { Node } from 'yaml'
import { isAnyAddress, isLoopback, parseAddress } from '../../net/address.ts'
import type { SidecarIngress } from '../../proxy/sidecarIngress.ts'
import type { ReadFile } from './readScenario.ts'
import type { ScenarioNode, ScenarioPod, ScenarioRoute, ScenarioSocket } from './scenario.ts'
import { NOBODY, plainPort, YamlFields } from './yamlFields.ts'
import type { YamlSource } from './yamlFields.ts'

/** A pod: address, node, how it is intercepted, what listens in it. */
export function readPod(source: YamlSource, name: string, node: Node | null, nodes: readonly ScenarioNode[], readFile: ReadFile): ScenarioPod | null {
  const fields = YamlFields.of(source, node, `pod ${name}`)
  if (!fields) return null
  const on = fields.text('node')
  if (on !== null && !nodes.some((each) => each.name === on)) fields.refuse(fields.node('node'), `there is no node ${JSON.stringify(on)}`)
  const pod: ScenarioPod = {
    name, address: fields.required('address', fields.address('address'), NOBODY), node: on,
    sidecar: fields.choice('sidecar', ['REDIRECT', 'TPROXY']), forwardedFor: fields.choice('forwardedFor', ['keep', 'append']) ?? 'keep', proxy: fields.choice('proxy', ['running', 'absent']) ?? 'running', trustedHops: fields.number('trustedHops', 0, 100) ?? 0, sniVerifier: fields.choice('sniVerifier', ['used', 'unused']) ?? 'unused',
    rules: readText(fields, 'rules', readFile), envoy: readText(fields, 'envoy', readFile), annotations: Object.fromEntries(fields.entries('annotations').map(({ name: key, node: value }) => [key, isScalar(value) ? String(value.value) : ''])),
    listens: fields.items('listens').flatMap((item) => readSocket(source, item, name) ?? []), ingress: fields.items('ingress').flatMap((item) => readIngress(source, item, name) ?? []), gateway: fields.items('gateway').flatMap((item) => readRoute(source, item, name) ?? []),
  }
  fields.close()
  return pod
}

/** A dump or a configuration: in the text itself, or in a file beside the scenario. */
export function readText(fields: YamlFields, field: 'rules' | 'envoy', readFile: ReadFile): string | null {
  const name = fields.text(field)
  if (name === null || name.includes('\n')) return name
  return readFile(name) ?? fields.refuse(fields.node(field), `there is no file ${JSON.stringify(name)}`)
}

/** A port, or a socket with all that is to be said of it. */
export function readSocket(source: YamlSource, node: Node, of: string): ScenarioSocket | null {
  const plain = plainPort(source, node, `a socket of ${of}`)
  if (plain !== null) return { port: plain, proto: 'tcp', address: null, program: 'app', uid: 1000, byServerName: null }
  const fields = YamlFields.of(source, node, `a socket of ${of}`)
  if (!fields) return null
  const socket: ScenarioSocket = { port: fields.required('port', fields.port('port'), 1), proto: fields.choice('proto', ['tcp', 'udp']) ?? 'tcp', address: fields.address('address'), program: fields.text('program') ?? 'app', uid: fields.number('uid', 0, 0xfffffffe) ?? 1000, byServerName: fields.port('byServerName') }
  fields.close()
  return socket
}

function readRoute(source: YamlSource, node: Node, of: string): ScenarioRoute | null {
  const fields = YamlFields.of(source, node, `a gateway route of ${of}`)
  if (!fields) return null
  const hosts = fields.texts('hosts')
  const { host: to, port: toPort } = fields.endpoint('to')
  if (toPort === null) fields.refuse(fields.node('to'), 'to must be SERVICE.NAMESPACE:PORT, or an external host with its port')
  const route: ScenarioRoute = { port: fields.required('port', fields.port('port'), 1), hosts: hosts.length > 0 ? hosts : ['*'], to, toPort: toPort ?? 0 }
  fields.close()
  return route
}

/** An ingress listener of a Sidecar: its port, and its defaultEndpoint. */
function readIngress(source: YamlSource, node: Node, of: string): SidecarIngress | null {
  const plain = plainPort(source, node, `an ingress of ${of}`)
  if (plain !== null) return { port: plain, to: null }
  const fields = YamlFields.of(source, node, `an ingress of ${of}`)
  if (!fields) return null
  const { host, port } = fields.endpoint('to')
  const address = parseAddress(host)
  const asked = fields.node('to')
  if (asked && (port === null || !address || !(isLoopback(address) || isAnyAddress(address)))) fields.refuse(asked, 'to must be 127.0.0.1:PORT or 0.0.0.0:PORT (the Sidecar\'s defaultEndpoint)')
  const ingress: SidecarIngress = { port: fields.required('port', fields.port('port'), 1), to: address && port !== null ? { address, port } : null }
  fields.close()
  return ingress
}
