import type { Behaviour } from '../changes.ts'
import { parseBool } from '../parseBool.ts'

/** What istio-cni works from in ambient mode (cni/pkg/iptables/iptables.go IptablesConfig, PodLevelOverrides). */
export interface AmbientConfig {
  /** Rules inside a pod, or those of the node for kubelet's probes. */
  readonly scope: 'pod' | 'host'
  readonly redirectDns: boolean
  readonly ipv6: boolean
  /** The address kubelet's probes seem to come from. */
  readonly probeV4: string
  readonly probeV6: string
  /** The pod only lets traffic out through ztunnel. */
  readonly ingressMode: boolean
  readonly virtualInterfaces: readonly string[]
  readonly podDns: 'unset' | 'enabled' | 'disabled'
  /** 1.24 could still be told to use TPROXY. */
  readonly tproxy: boolean
}

/** What is given, else what istio-cni's environment says, else its defaults (1.30.0 cni/pkg/config/config.go, manifests/charts/istio-cni/values.yaml). */
export function ambientConfig(given: Partial<AmbientConfig>, env: Readonly<Record<string, string>>, behaviour: Behaviour): AmbientConfig {
  const on = (name: string, initial: boolean): boolean => parseBool(env[name] ?? '') ?? initial
  return {
    scope: 'pod', ingressMode: false, virtualInterfaces: [], podDns: 'unset',
    redirectDns: on('AMBIENT_DNS_CAPTURE', behaviour.has('ambient-dns-default')),
    ipv6: on('AMBIENT_IPV6', behaviour.has('ambient-probe-per-family')),
    tproxy: on('AMBIENT_TPROXY_REDIRECTION', false),
    probeV4: env['HOST_PROBE_SNAT_IP'] ?? '169.254.7.127',
    probeV6: env['HOST_PROBE_SNAT_IPV6'] ?? 'fd16:9254:7127:1337:ffff:ffff:ffff:ffff',
    ...given,
  }
}
