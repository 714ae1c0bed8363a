import type { Address } from '../../net/address.ts'
import type { Span } from '../../netfilter/span.ts'
import type { ExternalService } from '../../proxy/externalService.ts'
import type { SidecarIngress } from '../../proxy/sidecarIngress.ts'

/** A host outside the cluster. */
export interface OutsideHost {
  readonly name: string
  readonly address: Address
  readonly listens: readonly ScenarioSocket[]
  /** Seconds its programs take to answer a request. */
  readonly delay: number
  /** What DNS calls it, "*.example.com" among them. */
  readonly names: readonly string[]
}

export interface ScenarioNode {
  readonly name: string
  readonly address: Address
  /** A dump in place of the rules kube-proxy would make. */
  readonly rules: string | null
  /** Rules of filter in front of kube-proxy's, as NetworkPolicies make them: "-A FORWARD -s 10.0.0.1/32 -j DROP". */
  readonly filter: readonly string[]
}

/** A program of a pod that listens. */
export interface ScenarioSocket {
  readonly port: number
  readonly proto: 'tcp' | 'udp'
  /** null: every address. */
  readonly address: Address | null
  readonly program: string
  readonly uid: number
  /** The port on which it passes TLS on to the host its server name says; null: it serves. */
  readonly byServerName: number | null
}

export interface ScenarioPod {
  readonly name: string
  readonly address: Address
  /** null: on the network itself, as with a network interface of its own. */
  readonly node: string | null
  /** How Istio intercepts it; null: not at all. */
  readonly sidecar: 'REDIRECT' | 'TPROXY' | null
  readonly annotations: Readonly<Record<string, string>>
  /** Whether its sidecar adds the caller to X-Forwarded-For (use_remote_address on the inbound listener), which Istio leaves off. */
  readonly forwardedFor: 'keep' | 'append'
  /** A dump in place of the rules Istio would make. */
  readonly rules: string | null
  /** What is shown of its Envoy's configuration; null: it is as Istio makes it. */
  readonly envoy: string | null
  /** Whether its proxy runs: init containers dial before it does. */
  readonly proxy: 'running' | 'absent'
  /** gatewayTopology.numTrustedProxies of a gateway. */
  readonly trustedHops: number
  /** Whether a gateway refuses what says another server name inside the mesh's TLS than outside. */
  readonly sniVerifier: 'used' | 'unused'
  readonly listens: readonly ScenarioSocket[]
  /** A Sidecar's own ingress listeners. */
  readonly ingress: readonly SidecarIngress[]
  readonly gateway: readonly ScenarioRoute[]
}

export interface ScenarioRoute {
  readonly port: number
  readonly hosts: readonly string[]
  readonly to: string
  readonly toPort: number
}

export interface ScenarioPort {
  readonly name: string
  readonly port: number
  readonly targetPort: number
  readonly nodePort: number | null
  readonly protocol: 'http' | 'tcp'
}

export interface ScenarioService {
  /** "httpbin.default" */
  readonly name: string
  readonly clusterIp: Address | null
  readonly ports: readonly ScenarioPort[]
  readonly pods: readonly string[]
  /** Endpoints that are no pods: a Service without a selector. */
  readonly outside: readonly string[]
  readonly loadBalancer: { readonly address: Address; readonly to: 'nodes' | 'pods' } | null
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  /** Whether its load balancer tells the client's address in a PROXY protocol header, and its pods read it. */
  readonly proxyProtocol: 'used' | 'unused'
  /** A VirtualService's weights. */
  readonly split: readonly { readonly subset: string; readonly weight: number; readonly pods: readonly string[] }[]
}

export interface ScenarioConnection {
  /** A pod, a node, or a host outside. */
  readonly from: string
  readonly uid: number
  readonly proto: 'tcp' | 'udp'
  readonly to: { readonly address: Address; readonly port: number }
  /** null: no HTTP. */
  readonly http: { readonly authority: string | null; readonly forwardedFor: readonly string[] } | null
  readonly sni: string | null
  /** The server name of TLS inside that TLS; null: there is none. */
  readonly innerSni: string | null
}

/** Hosts, Services and one connection: a story to be told. */
export interface Scenario {
  readonly istio: string
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY'
  /** The pods' network, as kube-proxy knows it; null: it does not. */
  readonly podCidr: string | null
  /** The servers of the pods' /etc/resolv.conf. */
  readonly nameservers: readonly string[]
  readonly nodes: readonly ScenarioNode[]
  readonly pods: readonly ScenarioPod[]
  readonly outside: readonly OutsideHost[]
  readonly services: readonly ScenarioService[]
  readonly externals: readonly ExternalService[]
  readonly connection: ScenarioConnection
  readonly span: Span
}
