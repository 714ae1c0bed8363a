import type { Node } from 'yaml'
import { parseAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { ScenarioConnection, ScenarioService } from './scenario.ts'
import { NOBODY, YamlFields } from './yamlFields.ts'
import type { YamlSource } from './yamlFields.ts'

/** Who dials whom, and what he says. */
export function readConnection(source: YamlSource, node: Node | null, hosts: readonly Addressed[], services: readonly ScenarioService[]): ScenarioConnection | null {
  const fields = YamlFields.of(source, node, 'connection')
  if (!fields) return null
  const from = fields.required('from', fields.text('from'), '')
  if (!hosts.some(({ name }) => name === from)) fields.refuse(fields.node('from'), `there is no pod, node or host outside named ${JSON.stringify(from)}`)
  const { host, port } = fields.endpoint('to')
  const address = parseAddress(host) ?? resolved(services.find(({ name }) => name === host), hosts)
  if (address === null || port === null) fields.refuse(fields.node('to'), 'to must be ADDRESS:PORT, or SERVICE.NAMESPACE:PORT of a Service with a clusterIP or a single endpoint')
  const connection: ScenarioConnection = {
    from, uid: fields.number('uid', 0, 0xfffffffe) ?? 1000, proto: fields.choice('proto', ['tcp', 'udp']) ?? 'tcp', to: { address: address ?? NOBODY, port: port ?? 0 },
    http: readHttp(source, fields.node('http'), port === 80 ? host : `${host}:${port}`), sni: fields.text('sni'), innerSni: fields.text('innerSni'),
  }
  fields.close()
  return connection
}

/** What DNS answers for a Service: its cluster address; of a headless one (or an ExternalName) the one endpoint, since of several any may be first. */
function resolved(service: ScenarioService | undefined, hosts: readonly Addressed[]): Address | null {
  if (!service || service.clusterIp) return service?.clusterIp ?? null
  const [only, ...more] = hosts.filter(({ name }) => service.pods.includes(name) || service.outside.includes(name))
  return more.length === 0 ? (only?.address ?? null) : null
}

interface Addressed {
  readonly name: string
  readonly address: Address
}

/** A client leaves the port of a URL out of its Host header only where it is the scheme's own. */
function readHttp(source: YamlSource, node: Node | null, dialled: string): ScenarioConnection['http'] {
  const fields = node && YamlFields.of(source, node, 'connection.http')
  if (!fields) return null
  const http = { authority: fields.text('host') ?? dialled, forwardedFor: fields.texts('xForwardedFor') }
  fields.close()
  return http
}
