import { isWithin } from '../changes.ts'
import type { Version } from '../version.ts'
import { STATUS_PORT } from './annotatedSettings.ts'

/** What the injector makes of excludeInboundPorts (pkg/kube/inject/template.go excludeInboundPort, injection-template.yaml). */
export function injectedExclusions(annotated: string, statusPort: string, version: Version): string {
  const ports = withStatusPort(annotated, statusPort)
  // 1.5.0 manifests/istio-control/istio-discovery/files/injection-template.yaml:37; 1.4 has no prefix.
  if (isWithin(version, '1.4', '1.5')) return ports
  if (isWithin(version, '1.5', '1.6')) return `15090,${ports}`
  return ports === '' ? '15090,15021' : `15090,15021,${ports}`
}

function withStatusPort(annotated: string, statusPort: string): string {
  const port = statusPort.trim()
  const items = annotated === '' ? [] : annotated.split(',')
  if (port === '' || port === '0' || items.includes(port)) return annotated
  return [...items.map((item) => item.trim()).filter((item) => item !== ''), port].join(',')
}

/** What the CNI plugin makes of it: its own three ports behind, each once (cni/pkg/plugin/sidecar_redirect.go NewRedirect). */
export function pluginExclusions(annotated: string): string {
  const given = annotated.trim()
  const list = given === '' || given.endsWith(',') ? given : `${given},`
  return [...new Set(`${list}${STATUS_PORT},15021,15090`.split(','))].join(',')
}
