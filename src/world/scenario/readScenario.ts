import { isScalar, LineCounter, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import { parseAddress, printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import { resolveVersion } from '../../istio/version.ts'
import { readConnection } from './readConnection.ts'
import { readPod, readSocket, readText } from './readPod.ts'
import { readExternal, readService } from './readService.ts'
import type { OutsideHost, Scenario, ScenarioNode } from './scenario.ts'
import { NOBODY, spanAtNode, YamlFields } from './yamlFields.ts'
import type { YamlSource } from './yamlFields.ts'

export interface ScenarioRead {
  /** null: something is wrong. */
  readonly value: Scenario | null
  readonly diagnostics: readonly Diagnostic[]
}

/** The text of a file the scenario names; null if there is none. */
export type ReadFile = (name: string) => string | null

/** Reads a scenario: hosts, Services and a connection. Mistakes are told with line and column. */
export function readScenario(text: string, file: string, readFile: ReadFile): ScenarioRead {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const problems: Diagnostic[] = document.errors.map(({ message, pos }): Diagnostic => {
    const { line, col } = lines.linePos(pos[0])
    return { code: 'scenario-yaml', severity: 'error', message: message.split('\n')[0] ?? message, span: { file, line, column: col, length: 1 } }
  })
  const top = problems.length === 0 ? YamlFields.of({ file, lines, problems }, document.contents, 'the scenario') : null
  const value = top && readTop(top, readFile)
  return { value: problems.length === 0 ? value : null, diagnostics: problems }
}

function readTop(top: YamlFields, readFile: ReadFile): Scenario | null {
  const { source } = top
  const nodes = top.entries('nodes').flatMap(({ name, node }) => readNode(source, name, node, readFile) ?? [])
  const pods = top.entries('pods').flatMap(({ name, node }) => readPod(source, name, node, nodes, readFile) ?? [])
  const outside = top.entries('outside').flatMap(({ name, node }) => readOutside(source, name, node) ?? [])
  const services = top.entries('services').flatMap(({ name, node }) => readService(source, name, node, { pods, outside }) ?? [])
  const externals = top.entries('external').flatMap(({ name, node }) => readExternal(source, name, node, outside, services) ?? [])
  const connection = readConnection(source, top.node('connection'), [...pods, ...nodes, ...outside], services)
  const scenario = connection && {
    istio: readVersion(top), outboundTrafficPolicy: top.choice('outboundTrafficPolicy', ['ALLOW_ANY', 'REGISTRY_ONLY']) ?? 'ALLOW_ANY', podCidr: top.text('podCidr'), nameservers: readAddresses(top, 'nameservers'),
    nodes, pods, outside, services, externals, connection, span: top.span,
  }
  if (scenario) checkAddresses(top, scenario)
  if (scenario) checkRoutes(top, scenario)
  top.close()
  return scenario
}

function readVersion(top: YamlFields): string {
  const istio = top.text('istio') ?? 'latest'
  if (!resolveVersion(istio)) top.refuse(top.node('istio'), `istio: ${JSON.stringify(istio)} is no Istio version known here`)
  return istio
}

function readAddresses(fields: YamlFields, key: string): readonly string[] {
  const texts = fields.texts(key)
  for (const text of texts) if (!parseAddress(text)) fields.refuse(fields.node(key), `${key}: ${JSON.stringify(text)} is no IP address`)
  return texts
}

function readNode(source: YamlSource, name: string, node: Node | null, readFile: ReadFile): ScenarioNode | null {
  if (isScalar(node)) return { name, address: plainAddress(source, name, node), rules: null, filter: [] }
  const fields = YamlFields.of(source, node, `node ${name}`)
  if (!fields) return null
  const filter = fields.texts('filter')
  for (const rule of filter) if (!/^-A (?:INPUT|FORWARD|OUTPUT) /.test(rule)) fields.refuse(fields.node('filter'), `${JSON.stringify(rule)} is no rule of filter (-A FORWARD …)`)
  const read = { name, address: fields.required('address', fields.address('address'), NOBODY), rules: readText(fields, 'rules', readFile), filter }
  fields.close()
  return read
}

function readOutside(source: YamlSource, name: string, node: Node | null): OutsideHost | null {
  if (isScalar(node)) return { name, address: plainAddress(source, name, node), listens: [], delay: 0, names: [] }
  const fields = YamlFields.of(source, node, `host ${name}`)
  if (!fields) return null
  const read = { name, address: fields.required('address', fields.address('address'), NOBODY), listens: fields.items('listens').flatMap((item) => readSocket(source, item, name) ?? []), delay: fields.number('delay', 0, 86400) ?? 0, names: fields.texts('names') }
  fields.close()
  return read
}

function plainAddress(source: YamlSource, name: string, node: Node): Address {
  const text = isScalar(node) ? String(node.value) : ''
  const address = parseAddress(text)
  if (!address) source.problems.push({ code: 'scenario-value', severity: 'error', message: `${name}: ${JSON.stringify(text)} is no IP address`, span: spanAtNode(source, node) })
  return address ?? NOBODY
}

/** Two hosts with one address: nobody could tell who gets the packet. */
function checkAddresses(top: YamlFields, { nodes, pods, outside, services }: Scenario): void {
  const seen = new Map<string, string>()
  const all = [...nodes, ...pods, ...outside, ...services.flatMap(({ name, clusterIp, loadBalancer }) => [clusterIp, loadBalancer?.address].flatMap((address) => (address ? [{ name, address }] : [])))]
  for (const { name, address } of all) {
    const text = printAddress(address)
    const other = seen.get(text)
    if (other !== undefined && other !== name && address !== NOBODY) top.refuse(nodeNamed(top, name), `${name} and ${other} have the same address, ${text}`)
    seen.set(text, name)
  }
}

function checkRoutes(top: YamlFields, { pods, services, externals }: Scenario): void {
  const known = [...services, ...externals.map(({ host, ports }) => ({ name: host, ports }))]
  for (const { name, gateway } of pods) {
    for (const { to, toPort } of gateway) if (!known.some((each) => each.name === to && each.ports.some(({ port }) => port === toPort))) top.refuse(nodeNamed(top, name), `${name} routes to ${to}:${toPort}, which is no port of a Service or an external host`)
  }
}

function nodeNamed(top: YamlFields, name: string): Node | null {
  return ['nodes', 'pods', 'outside', 'services'].flatMap((key) => top.entries(key)).find((each) => each.name === name)?.at ?? null
}
