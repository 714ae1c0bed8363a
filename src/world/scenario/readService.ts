import type { Node } from 'yaml'
import { parseAddress } from '../../net/address.ts'
import type { ExternalService } from '../../proxy/externalService.ts'
import type { OutsideHost, ScenarioPod, ScenarioPort, ScenarioService } from './scenario.ts'
import { plainPort, YamlFields } from './yamlFields.ts'
import type { YamlSource } from './yamlFields.ts'

/** The hosts a Service may have for endpoints. */
export interface Endpoints {
  readonly pods: readonly ScenarioPod[]
  readonly outside: readonly OutsideHost[]
}

/** A Service, with its load balancer and a VirtualService's weights. */
export function readService(source: YamlSource, name: string, node: Node | null, { pods, outside }: Endpoints): ScenarioService | null {
  const fields = YamlFields.of(source, node, `service ${name}`)
  if (!fields) return null
  if (!/^[\w-]+\.[\w-]+$/.test(name)) fields.refuse(null, 'a Service is named NAME.NAMESPACE')
  const behind = known(fields, 'pods', 'pod', pods)
  const balancer = fields.address('loadBalancer')
  const to = fields.choice('loadBalancerTo', ['nodes', 'pods']) ?? 'nodes'
  const service: ScenarioService = {
    name, clusterIp: fields.address('clusterIP'), ports: fields.items('ports').flatMap((item) => readPort(source, item, name) ?? []), pods: behind, outside: known(fields, 'outside', 'host outside', outside),
    split: fields.items('split').flatMap((item) => readSubset(source, item, name, behind) ?? []),
    loadBalancer: balancer && { address: balancer, to }, externalTrafficPolicy: fields.choice('externalTrafficPolicy', ['Cluster', 'Local']) ?? 'Cluster', proxyProtocol: fields.choice('proxyProtocol', ['used', 'unused']) ?? 'unused',
  }
  if (service.ports.length === 0) fields.refuse(null, 'it has no ports')
  fields.close()
  return service
}

/** Names of hosts that must be there. */
function known(fields: YamlFields, key: string, what: string, hosts: readonly { readonly name: string }[]): readonly string[] {
  const names = fields.texts(key)
  for (const name of names) if (!hosts.some((host) => host.name === name)) fields.refuse(fields.node(key), `there is no ${what} ${JSON.stringify(name)}`)
  return names
}

function readPort(source: YamlSource, node: Node, of: string): ScenarioPort | null {
  const plain = plainPort(source, node, `a port of service ${of}`)
  if (plain !== null) return { name: 'http', port: plain, targetPort: plain, nodePort: null, protocol: 'http' }
  const fields = YamlFields.of(source, node, `a port of service ${of}`)
  if (!fields) return null
  const number = fields.required('port', fields.port('port'), 1)
  const port: ScenarioPort = { name: fields.text('name') ?? 'http', port: number, targetPort: fields.port('targetPort') ?? number, nodePort: fields.port('nodePort'), protocol: fields.choice('protocol', ['http', 'tcp']) ?? 'http' }
  fields.close()
  return port
}

function readSubset(source: YamlSource, node: Node, of: string, pods: readonly string[]): ScenarioService['split'][number] | null {
  const fields = YamlFields.of(source, node, `a subset of service ${of}`)
  if (!fields) return null
  const own = fields.texts('pods')
  for (const each of own) if (!pods.includes(each)) fields.refuse(fields.node('pods'), `${each} is no pod of ${of}`)
  const subset = { subset: fields.required('subset', fields.text('subset'), ''), weight: fields.required('weight', fields.number('weight', 0, 100), 0), pods: own }
  fields.close()
  return subset
}

/** A ServiceEntry. */
export function readExternal(source: YamlSource, host: string, node: Node | null, outside: readonly OutsideHost[], services: readonly ScenarioService[]): ExternalService | null {
  const fields = YamlFields.of(source, node, `external service ${host}`)
  if (!fields) return null
  const addresses = fields.texts('outside').flatMap((each) => outside.find(({ name }) => name === each)?.address ?? parseAddress(each) ?? fields.refuse(fields.node('outside'), `there is no host outside ${JSON.stringify(each)}`) ?? [])
  const external: ExternalService = {
    host, ports: fields.items('ports').flatMap((item) => readExternalPort(source, item, host) ?? []), resolution: fields.choice('resolution', ['NONE', 'STATIC', 'DNS']) ?? 'DNS', addresses,
    timeout: fields.number('timeout', 0, 86400), via: readVia(fields, services),
  }
  fields.close()
  return external
}

function readVia(fields: YamlFields, services: readonly ScenarioService[]): ExternalService['via'] {
  const { host: service, port } = fields.endpoint('via')
  const sni = fields.text('viaSni')
  if (fields.node('via') === null) return null
  if (port !== null && services.some(({ name, ports }) => name === service && ports.some((each) => each.port === port))) return { service, port, sni }
  return fields.refuse(fields.node('via'), `${JSON.stringify(fields.text('via'))} is no Service's port (SERVICE.NAMESPACE:PORT)`)
}

function readExternalPort(source: YamlSource, node: Node, of: string): ExternalService['ports'][number] | null {
  const fields = YamlFields.of(source, node, `a port of external service ${of}`)
  if (!fields) return null
  const port = { port: fields.required('port', fields.port('port'), 1), protocol: fields.choice('protocol', ['http', 'tls', 'tcp']) ?? 'http' }
  fields.close()
  return port
}
