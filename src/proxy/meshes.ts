import { ipv4, parseAddress } from '../net/address.ts'
import type { InboundDial } from './meshProfile.ts'

/** What tells a mesh's rules, and what its proxy does: defaults of its installer and chart. */
export interface Mesh {
  readonly name: string
  /** Its chains. */
  readonly chains: RegExp
  /** The chain whose REDIRECT leads inbound connections to the proxy, and its usual port. */
  readonly inbound: { readonly chain: RegExp; readonly port: number }
  readonly outbound: { readonly chain: RegExp; readonly port: number }
  readonly process: string
  readonly uid: number
  readonly gid: number
  /** Ports of the proxy that answer for themselves. */
  readonly ownPorts: readonly number[]
  /** Ports of the agent beside it. */
  readonly agentPorts: readonly number[]
  readonly dnsPort: number | null
  readonly dial: InboundDial
}

const V4_PASSTHROUGH = ipv4(0x7f000006)
/** To the original destination, bound to 127.0.0.6 or ::6 (pilot/pkg/networking/core/listener_address.go). */
export const FROM_127_0_0_6: InboundDial = { to: 'original', from: { kind: 'address', v4: V4_PASSTHROUGH, v6: parseAddress('::6') ?? V4_PASSTHROUGH } }
/** To localhost, bound to nothing. */
export const TO_LOCALHOST: InboundDial = { to: 'localhost', from: { kind: 'unbound' } }

export const ISTIO: Mesh = {
  name: 'Istio', chains: /^ISTIO_/, inbound: { chain: /^ISTIO_IN_REDIRECT$/, port: 15006 }, outbound: { chain: /^ISTIO_REDIRECT$/, port: 15001 },
  process: 'envoy', uid: 1337, gid: 1337, ownPorts: [15021, 15090, 15000], agentPorts: [15020, 15053, 15004], dnsPort: 15053, dial: FROM_127_0_0_6,
}

/** Istio first: it is also what unnamed chains with its ports are taken for. The others follow each project's installer (docs/meshes.md). */
export const MESHES: readonly Mesh[] = [
  ISTIO,
  {
    // linkerd2-proxy-init pkg/iptables: the proxy dials the pod's own address, and `-o lo` is let pass.
    name: 'Linkerd', chains: /^PROXY_INIT_/, inbound: { chain: /^PROXY_INIT_REDIRECT$/, port: 4143 }, outbound: { chain: /^PROXY_INIT_OUTPUT$/, port: 4140 },
    process: 'linkerd-proxy', uid: 2102, gid: 2102, ownPorts: [4190, 4191], agentPorts: [], dnsPort: null, dial: { to: 'original', from: { kind: 'unbound' } },
  },
  {
    // kumahq/kuma pkg/transparentproxy/iptables.
    name: 'Kuma', chains: /^(KUMA_)?MESH_(INBOUND|OUTBOUND)/, inbound: { chain: /MESH_INBOUND_REDIRECT$/, port: 15006 }, outbound: { chain: /MESH_OUTBOUND_REDIRECT$/, port: 15001 },
    process: 'envoy', uid: 5678, gid: 5678, ownPorts: [9901], agentPorts: [15053], dnsPort: 15053, dial: FROM_127_0_0_6,
  },
  {
    // hashicorp/consul sdk/iptables.
    name: 'Consul', chains: /^CONSUL_(PROXY|DNS)_/, inbound: { chain: /^CONSUL_PROXY_IN_REDIRECT$/, port: 20000 }, outbound: { chain: /^CONSUL_PROXY_REDIRECT$/, port: 15001 },
    process: 'envoy', uid: 5995, gid: 5995, ownPorts: [19000], agentPorts: [8600], dnsPort: null, dial: TO_LOCALHOST,
  },
  {
    // openservicemesh/osm pkg/injector/iptables.go.
    name: 'Open Service Mesh', chains: /^OSM_PROXY_/, inbound: { chain: /^OSM_PROXY_IN_REDIRECT$/, port: 15003 }, outbound: { chain: /^OSM_PROXY_OUT_REDIRECT$/, port: 15001 },
    process: 'envoy', uid: 1500, gid: 1500, ownPorts: [15000, 15010, 15901, 15902, 15903, 15904], agentPorts: [], dnsPort: null, dial: TO_LOCALHOST,
  },
  {
    // aws-app-mesh-proxy-route-manager.
    name: 'AWS App Mesh', chains: /^APPMESH_/, inbound: { chain: /^APPMESH_INGRESS$/, port: 15000 }, outbound: { chain: /^APPMESH_EGRESS$/, port: 15001 },
    process: 'envoy', uid: 1337, gid: 1337, ownPorts: [9901], agentPorts: [], dnsPort: null, dial: TO_LOCALHOST,
  },
]
