import { isScalar, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { parseAddress, printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import { resolveVersion } from '../../istio/version.ts'
import type { OutsideHost, Scenario, ScenarioConnection, ScenarioExternal, ScenarioNode, ScenarioPod, ScenarioPort, ScenarioRoute, ScenarioService, ScenarioSocket } from './scenario.ts'
import { spanAtNode, YamlFields } from './yamlFields.ts'
import type { YamlSource } from './yamlFields.ts'

export interface ScenarioRead {
  /** null: something is wrong. */
  readonly value: Scenario | null
  readonly diagnostics: readonly Diagnostic[]
}

/** The text of a file the scenario names; null if there is none. */
export type ReadFile = (name: string) => string | null

const PORT = [1, 65535] as const

/** Reads a scenario: hosts, Services and a connection. Mistakes are told with line and column. */
export function readScenario(text: string, file: string, readFile: ReadFile): ScenarioRead {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Diagnostic[] = document.errors.map(({ message, pos }): Diagnostic => {
    const { line, col } = lines.linePos(pos[0])
    return { code: 'scenario-yaml', severity: 'error', message: message.split('\n')[0] ?? message, span: { file, line, column: col, length: 1 } }
  })
  const top = problems.length === 0 ? YamlFields.of({ file, lines, problems }, document.contents, 'a scenario') : null
  const value = top && new ScenarioReader(top, readFile).read()
  return { value: problems.length === 0 ? value : null, diagnostics: problems }
}

class ScenarioReader {
  private readonly top: YamlFields
  private readonly source: YamlSource
  private readonly readFile: ReadFile

  constructor(top: YamlFields, readFile: ReadFile) {
    this.top = top
    this.source = top.source
    this.readFile = readFile
  }

  read(): Scenario {
    const { top } = this
    const istio = top.text('istio') ?? 'latest'
    if (!resolveVersion(istio)) top.refuse(top.node('istio'), `istio: ${JSON.stringify(istio)} is no Istio version known here`)
    const nodes = top.entries('nodes').map(({ name, node }) => this.node(name, node))
    const pods = top.entries('pods').map(({ name, node }) => this.pod(name, node, nodes))
    const outside = top.entries('outside').map(({ name, node }) => this.outsideHost(name, node))
    const services = top.entries('services').map(({ name, node }) => this.service(name, node, pods))
    const externals = top.entries('external').map(({ name, node }) => this.external(name, node, outside, services))
    const connection = this.connection([...pods, ...outside], services)
    const scenario: Scenario = {
      istio, outboundTrafficPolicy: top.choice('outboundTrafficPolicy', ['ALLOW_ANY', 'REGISTRY_ONLY']) ?? 'ALLOW_ANY', podCidr: top.text('podCidr'),
      nodes, pods, outside, services, externals, connection, span: top.span,
    }
    this.checkAddresses(scenario)
    this.checkRoutes(scenario)
    top.close()
    return scenario
  }

  private node(name: string, node: Node | null): ScenarioNode {
    if (isScalar(node)) return { name, address: this.plainAddress(name, node), rules: null, filter: [] }
    const fields = YamlFields.of(this.source, node, `node ${name}`)
    const read = { name, address: this.required(fields, 'address'), rules: this.rules(fields), filter: this.filterRules(fields) }
    fields?.close()
    return read
  }

  private pod(name: string, node: Node | null, nodes: readonly ScenarioNode[]): ScenarioPod {
    const fields = YamlFields.of(this.source, node, `pod ${name}`)
    const on = fields?.text('node') ?? null
    if (on !== null && !nodes.some((each) => each.name === on)) fields?.refuse(fields.node('node'), `there is no node ${JSON.stringify(on)}`)
    const read: ScenarioPod = {
      name, address: this.required(fields, 'address'), node: on, sidecar: fields?.choice('sidecar', ['REDIRECT', 'TPROXY']) ?? null, forwardedFor: fields?.choice('forwardedFor', ['keep', 'append']) ?? 'keep', rules: this.rules(fields),
      annotations: Object.fromEntries((fields?.entries('annotations') ?? []).map(({ name: key, node: value }) => [key, isScalar(value) ? String(value.value) : ''])),
      listens: (fields?.items('listens') ?? []).map((item) => this.socket(item, name)),
      gateway: (fields?.items('gateway') ?? []).map((item) => this.route(item, name)),
    }
    fields?.close()
    return read
  }

  private outsideHost(name: string, node: Node | null): OutsideHost {
    if (isScalar(node)) return { name, address: this.plainAddress(name, node), listens: [], delay: 0 }
    const fields = YamlFields.of(this.source, node, `host ${name}`)
    const read = { name, address: this.required(fields, 'address'), listens: (fields?.items('listens') ?? []).map((item) => this.socket(item, name)), delay: fields?.number('delay', 0, 86400) ?? 0 }
    fields?.close()
    return read
  }

  private socket(node: Node, of: string): ScenarioSocket {
    if (isScalar(node) && typeof node.value === 'number') return { port: node.value, address: null, program: 'app', uid: 1000 }
    const fields = YamlFields.of(this.source, node, `a socket of ${of}`)
    const read: ScenarioSocket = { port: fields?.number('port', ...PORT) ?? missing(fields, 'port', 1), address: fields?.address('address') ?? null, program: fields?.text('program') ?? 'app', uid: fields?.number('uid', 0, 0xfffffffe) ?? 1000 }
    fields?.close()
    return read
  }

  private route(node: Node, of: string): ScenarioRoute {
    const fields = YamlFields.of(this.source, node, `a gateway route of ${of}`)
    const hosts = fields?.texts('hosts') ?? []
    const [to, toPort] = splitPort(fields?.text('to') ?? '')
    if (fields && toPort === null) fields.refuse(fields.node('to'), 'to must be SERVICE.NAMESPACE:PORT')
    const read: ScenarioRoute = { port: fields?.number('port', ...PORT) ?? missing(fields, 'port', 1), hosts: hosts.length > 0 ? hosts : ['*'], to, toPort: toPort ?? 0 }
    fields?.close()
    return read
  }

  private service(name: string, node: Node | null, pods: readonly ScenarioPod[]): ScenarioService {
    const fields = YamlFields.of(this.source, node, `service ${name}`)
    if (fields && !/^[\w-]+\.[\w-]+$/.test(name)) fields.refuse(null, 'a Service is named NAME.NAMESPACE')
    const behind = fields?.texts('pods') ?? []
    for (const each of behind) if (!pods.some((pod) => pod.name === each)) fields?.refuse(fields.node('pods'), `there is no pod ${JSON.stringify(each)}`)
    const balancer = fields?.address('loadBalancer') ?? null
    const to = fields?.choice('loadBalancerTo', ['nodes', 'pods']) ?? 'nodes'
    const read: ScenarioService = {
      name, clusterIp: fields?.address('clusterIP') ?? null, ports: (fields?.items('ports') ?? []).map((item) => this.port(item, name)), pods: behind,
      split: (fields?.items('split') ?? []).map((item) => this.subset(item, name, behind)),
      loadBalancer: balancer && { address: balancer, to }, externalTrafficPolicy: fields?.choice('externalTrafficPolicy', ['Cluster', 'Local']) ?? 'Cluster',
    }
    if (fields && read.ports.length === 0) fields.refuse(null, 'it has no ports')
    fields?.close()
    return read
  }

  private subset(node: Node, of: string, pods: readonly string[]): ScenarioService['split'][number] {
    const fields = YamlFields.of(this.source, node, `a subset of service ${of}`)
    const own = fields?.texts('pods') ?? []
    for (const each of own) if (!pods.includes(each)) fields?.refuse(fields.node('pods'), `${each} is no pod of ${of}`)
    const read = { subset: fields?.text('subset') ?? missing(fields, 'subset', ''), weight: fields?.number('weight', 0, 100) ?? missing(fields, 'weight', 0), pods: own }
    fields?.close()
    return read
  }

  private external(host: string, node: Node | null, outside: readonly OutsideHost[], services: readonly ScenarioService[]): ScenarioExternal {
    const fields = YamlFields.of(this.source, node, `external service ${host}`)
    const addresses = (fields?.texts('outside') ?? []).flatMap((each) => outside.find(({ name }) => name === each)?.address ?? parseAddress(each) ?? fields?.refuse(fields.node('outside'), `there is no host outside named ${JSON.stringify(each)}`) ?? [])
    const text = fields?.text('via') ?? null
    const [service, port] = splitPort(text ?? '')
    if (text !== null && !services.some(({ name, ports }) => name === service && ports.some((each) => each.port === port))) fields?.refuse(fields.node('via'), `${JSON.stringify(text)} is no Service's port (SERVICE.NAMESPACE:PORT)`)
    const read: ScenarioExternal = {
      host, ports: (fields?.items('ports') ?? []).map((item) => this.externalPort(item, host)), resolution: fields?.choice('resolution', ['NONE', 'STATIC', 'DNS']) ?? 'DNS', addresses, timeout: fields?.number('timeout', 0, 86400) ?? null,
      via: text !== null && port !== null ? { service, port, sni: fields?.text('viaSni') ?? null } : null,
    }
    fields?.close()
    return read
  }

  private externalPort(node: Node, of: string): ScenarioExternal['ports'][number] {
    const fields = YamlFields.of(this.source, node, `a port of external service ${of}`)
    const read = { port: fields?.number('port', ...PORT) ?? missing(fields, 'port', 1), protocol: fields?.choice('protocol', ['http', 'tls', 'tcp']) ?? 'http' } as const
    fields?.close()
    return read
  }

  private port(node: Node, of: string): ScenarioPort {
    if (isScalar(node) && typeof node.value === 'number') return { name: 'http', port: node.value, targetPort: node.value, nodePort: null, protocol: 'http' }
    const fields = YamlFields.of(this.source, node, `a port of service ${of}`)
    const port = fields?.number('port', ...PORT) ?? missing(fields, 'port', 1)
    const read: ScenarioPort = { name: fields?.text('name') ?? 'http', port, targetPort: fields?.number('targetPort', ...PORT) ?? port, nodePort: fields?.number('nodePort', ...PORT) ?? null, protocol: fields?.choice('protocol', ['http', 'tcp']) ?? 'http' }
    fields?.close()
    return read
  }

  private connection(hosts: readonly { readonly name: string }[], services: readonly ScenarioService[]): ScenarioConnection {
    const fields = YamlFields.of(this.source, this.top.node('connection'), 'connection')
    const from = fields?.text('from') ?? missing(fields, 'from', '')
    if (fields && !hosts.some(({ name }) => name === from)) fields.refuse(fields.node('from'), `there is no pod or host outside named ${JSON.stringify(from)}`)
    const [host, port] = splitPort(fields?.text('to') ?? missing(fields, 'to', ''))
    const service = services.find(({ name }) => name === host)
    const address = parseAddress(host.replace(/^\[|\]$/g, '')) ?? service?.clusterIp ?? null
    if (fields && (address === null || port === null)) fields.refuse(fields.node('to'), 'to must be ADDRESS:PORT, or SERVICE.NAMESPACE:PORT of a Service with a clusterIP')
    const http = fields?.node('http') ? YamlFields.of(this.source, fields.node('http'), 'connection.http') : null
    const read: ScenarioConnection = {
      from, uid: fields?.number('uid', 0, 0xfffffffe) ?? 1000, to: { address: address ?? NOBODY, port: port ?? 0 },
      http: http && { authority: http.text('host') ?? (port === 80 ? host : `${host}:${port}`), forwardedFor: http.texts('xForwardedFor') }, sni: fields?.text('sni') ?? null,
    }
    http?.close()
    fields?.close()
    return read
  }

  private rules(fields: YamlFields | null): string | null {
    const name = fields?.text('rules') ?? null
    if (name === null || name.includes('\n')) return name
    return this.readFile(name) ?? fields?.refuse(fields.node('rules'), `there is no file ${JSON.stringify(name)}`) ?? null
  }

  private filterRules(fields: YamlFields | null): readonly string[] {
    const rules = fields?.texts('filter') ?? []
    for (const rule of rules) if (!/^-A (?:INPUT|FORWARD|OUTPUT) /.test(rule)) fields?.refuse(fields.node('filter'), `${JSON.stringify(rule)} is no rule of filter (-A FORWARD …)`)
    return rules
  }

  private required(fields: YamlFields | null, key: string): Address {
    const address = fields?.address(key) ?? null
    if (fields && address === null && fields.node(key) === null) fields.refuse(null, `it has no ${key}`)
    return address ?? NOBODY
  }

  private plainAddress(name: string, node: Node): Address {
    const text = isScalar(node) ? String(node.value) : ''
    const address = parseAddress(text)
    if (!address) this.source.problems.push({ code: 'scenario-value', severity: 'error', message: `${name}: ${JSON.stringify(text)} is no IP address`, span: spanAtNode(this.source, node) })
    return address ?? NOBODY
  }

  /** Two hosts with one address: nobody could tell who gets the packet. */
  private checkAddresses({ nodes, pods, outside, services }: Scenario): void {
    const seen = new Map<string, string>()
    const all = [...nodes, ...pods, ...outside, ...services.flatMap(({ name, clusterIp, loadBalancer }) => [clusterIp, loadBalancer?.address].flatMap((address) => (address ? [{ name, address }] : [])))]
    for (const { name, address } of all) {
      const text = printAddress(address)
      const other = seen.get(text)
      if (other !== undefined && other !== name && address !== NOBODY) this.top.refuse(this.nodeNamed(name), `${name} and ${other} have the same address, ${text}`)
      seen.set(text, name)
    }
  }

  private checkRoutes({ pods, services, externals }: Scenario): void {
    for (const { name, gateway } of pods) {
      for (const { to, toPort } of gateway) if (![...services, ...externals.map(({ host, ports }) => ({ name: host, ports }))].some((service) => service.name === to && service.ports.some(({ port }) => port === toPort))) this.top.refuse(this.nodeNamed(name), `${name} routes to ${to}:${toPort}, which is no Service's port`)
    }
  }

  private nodeNamed(name: string): Node | null {
    for (const key of ['nodes', 'pods', 'outside', 'services']) {
      const found = this.top.entries(key).find((each) => each.name === name)
      if (found) return found.at
    }
    return null
  }
}

const NOBODY: Address = { family: 4, a: 0, b: 0, c: 0xffff, d: 0 }

/** A field that must be there is not; anything stands for it. */
function missing<T>(fields: YamlFields | null, key: string, value: T): T {
  if (fields && fields.node(key) === null) fields.refuse(null, `it has no ${key}`)
  return value
}

function splitPort(text: string): readonly [string, number | null] {
  const found = /^(.*):(\d{1,5})$/.exec(text)
  return found ? [found[1] ?? '', Number(found[2])] : [text, null]
}
