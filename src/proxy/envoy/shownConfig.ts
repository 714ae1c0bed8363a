import type { InputFile } from '../../host/inputFile.ts'
import type { Diagnostic, Read } from '../../netfilter/diagnostic.ts'
import { printAddress } from '../../net/address.ts'
import type { EnvoyCluster, EnvoyConfig } from './envoyConfig.ts'
import { inboundPortOf } from '../inboundClusters.ts'

/** What these files show of an Envoy's configuration, and what is said of it; null: nothing. Its reader is loaded only where one may be there. */
export async function shownConfig(files: readonly InputFile[]): Promise<Read<EnvoyConfig | null>> {
  if (!files.some(({ text }) => SIGNS.test(text))) return { value: null, diagnostics: [] }
  const { readEnvoyConfig, joinedConfigs } = await import('./readEnvoyConfig.ts')
  const each = files.map(({ name, text }) => ({ name, ...readEnvoyConfig(name, text) }))
  return { value: joinedConfigs(each.map(({ value }) => value)), diagnostics: each.flatMap(({ name, value, diagnostics }) => [...diagnostics, ...saidOf(name, value)]) }
}

/** What an Envoy's configuration has and little else. */
const SIGNS = /"(?:filter_?chains|virtual_?hosts|load_?assignment|connect_?timeout|upstream_?bind_?config|lb_?endpoints|host_?statuses|discovery_?type)"\s*:|"type"\s*:\s*"(?:ORIGINAL_DST|STATIC|EDS|STRICT_DNS|LOGICAL_DNS)"|^(?:ADDRESS(?:ES)?\s+PORT|SERVICE FQDN\s+PORT|ENDPOINT\s+STATUS)\s/im

function saidOf(file: string, { listeners, routes, clusters, endpoints }: EnvoyConfig): readonly Diagnostic[] {
  const said = (line: number, message: string): Diagnostic => ({ code: 'proxy-config', severity: 'info', message, span: { file, line, column: 1, length: 1 } })
  const parts = ([[listeners.length, 'listener'], [routes.length, 'route table'], [clusters.length, 'cluster'], [endpoints.size, 'cluster\'s endpoints']] as const).filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}${count === 1 || what.endsWith('s') ? '' : 's'}`)
  const inbound = clusters.flatMap((cluster) => { const port = inboundPortOf(cluster); return port === null ? [] : [said(cluster.line, dialsText(cluster, port))] })
  return listeners.length === 0 ? inbound : [said(listeners[0]?.line ?? 1, `the proxy's configuration is shown (${parts.join(', ')}): it is followed as far as it goes`), ...inbound]
}

const dialsText = ({ name, type, bind }: EnvoyCluster, port: number): string =>
  `cluster ${name} tells how the proxy dials port ${port}: ${type}${bind !== null && bind !== 'unshown' ? `, from ${printAddress(bind)}` : ''}`
