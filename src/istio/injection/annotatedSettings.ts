import { anything, cidrList, cidrListOrAll, interceptionMode, portList, portListOrAll } from './annotationChecks.ts'
import type { AnnotationCheck } from './annotationChecks.ts'

/** One setting of a pod that an annotation gives to istio-iptables. */
export interface AnnotatedSetting {
  /** Its annotations, the one that wins first. */
  readonly annotations: readonly { readonly name: string; readonly since?: string }[]
  readonly flag: string
  /** First version whose injector or plugin hands it on. */
  readonly since?: string
  /** What the init container gets without the annotation; null: the flag is then left out. */
  readonly initDefault: string | null
  readonly cniDefault: string
  readonly check: AnnotationCheck
  /** Where the plugin takes more than the injector. */
  readonly cniCheck?: AnnotationCheck
}

const TRAFFIC = 'traffic.sidecar.istio.io'

/** Port of pilot-agent's status server. */
export const STATUS_PORT = '15020'

/**
 * 1.30.0 manifests/charts/istio-control/istio-discovery/files/injection-template.yaml and
 * cni/pkg/plugin/sidecar_redirect.go annotationRegistry, in the order of the template.
 */
export const ANNOTATED_SETTINGS: readonly AnnotatedSetting[] = [
  { annotations: [{ name: 'sidecar.istio.io/interceptionMode' }], flag: '-m', initDefault: 'REDIRECT', cniDefault: 'REDIRECT', check: interceptionMode },
  { annotations: [{ name: `${TRAFFIC}/includeOutboundIPRanges` }], flag: '-i', initDefault: '*', cniDefault: '*', check: cidrListOrAll },
  { annotations: [{ name: `${TRAFFIC}/excludeOutboundIPRanges` }], flag: '-x', initDefault: '', cniDefault: '', check: cidrList },
  { annotations: [{ name: `${TRAFFIC}/includeInboundPorts` }], flag: '-b', initDefault: '*', cniDefault: '*', check: portListOrAll },
  { annotations: [{ name: `${TRAFFIC}/excludeInboundPorts` }], flag: '-d', initDefault: '', cniDefault: STATUS_PORT, check: portList, cniCheck: portListOrAll },
  { annotations: [{ name: `${TRAFFIC}/includeOutboundPorts` }], flag: '-q', since: '1.7', initDefault: null, cniDefault: '', check: portList, cniCheck: portListOrAll },
  // The plugin's default is the inbound one: an oversight kept in every version, so CNI pods spare outbound 15020.
  { annotations: [{ name: `${TRAFFIC}/excludeOutboundPorts` }], flag: '-o', initDefault: null, cniDefault: STATUS_PORT, check: portList, cniCheck: portListOrAll },
  { annotations: [{ name: 'istio.io/reroute-virtual-interfaces', since: '1.25' }, { name: `${TRAFFIC}/kubevirtInterfaces` }], flag: '-k', initDefault: null, cniDefault: '', check: anything },
  { annotations: [{ name: `${TRAFFIC}/excludeInterfaces` }], flag: '-c', since: '1.15', initDefault: null, cniDefault: '', check: anything },
]
