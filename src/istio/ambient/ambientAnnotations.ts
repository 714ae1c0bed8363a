import { parseBool } from '../parseBool.ts'
import type { AmbientConfig } from './ambientConfig.ts'

/** What a pod's own annotations change (1.30.0 cni/pkg/nodeagent, PodLevelOverrides); a value that is no bool changes nothing. */
export function ambientFromAnnotations(annotations: Readonly<Record<string, string>>): Partial<AmbientConfig> {
  const on = (name: string): boolean | null => parseBool(annotations[name] ?? '')
  const dns = on('ambient.istio.io/dns-capture')
  const interfaces = (annotations['istio.io/reroute-virtual-interfaces'] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '')
  return {
    ...(on('ambient.istio.io/bypass-inbound-capture') === true && { ingressMode: true }),
    ...(interfaces.length > 0 && { virtualInterfaces: interfaces }),
    ...(dns !== null && { podDns: dns ? 'enabled' : 'disabled' }),
  }
}
