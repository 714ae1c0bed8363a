import type { Address } from '../net/address.ts'
import type { EnvoyConfig } from './envoy/envoyConfig.ts'

export type Mode = 'REDIRECT' | 'TPROXY' | 'AMBIENT' | 'NONE'

/** What is known of the proxy beside the application: which sockets are its own, and as whom it dials. */
export interface MeshProfile {
  readonly mode: Mode | null
  /** "Istio", "Linkerd", …; null where no mesh is recognised. */
  readonly mesh: string | null
  /** The proxy's program: "envoy", "ztunnel", "linkerd-proxy". */
  readonly process: string
  readonly uid: number
  readonly gid: number
  /** The port captured inbound connections reach (Istio: 15006). */
  readonly inboundPort: number
  /** The port captured outbound connections reach (Istio: 15001). */
  readonly outboundPort: number
  /** Other ports of the proxy: they answer for themselves (15021, 15090, 15000). */
  readonly ownPorts: readonly number[]
  /** Ports of the agent beside it (15020, 15053). */
  readonly agentPorts: readonly number[]
  /** Every port by which the rules hand connections to the mesh. */
  readonly capturePorts: readonly number[]
  /** How captured inbound connections go on. */
  readonly inbound: InboundDial
  /** How those go on whose port no Service has; null: as all others. */
  readonly passthrough: InboundDial | null
  /** Original destination ports with which a connection is closed at once, by listener (Envoy's blackhole chains; ztunnel's SelfCall). */
  readonly refuses: (listener: number, port: number) => boolean
  /** The port of tunnelled connections (HBONE), and where those inside it go; null where there is no tunnel. */
  readonly tunnel: { readonly port: number; readonly to: { readonly address: Address; readonly port: number } | null } | null
  /** What is shown of its configuration; null: nothing. */
  readonly configuration: EnvoyConfig | null
  /** SO_MARK of every socket of the proxy (ambient: 0x539); 0 for none. */
  readonly socketMark: number
}

export interface InboundDial {
  /** The original destination (1.10 and later), or localhost (a Service port up to 1.9). */
  readonly to: 'original' | 'localhost'
  /** What the socket is bound to: an address, the client's own (original_src), or nothing. */
  readonly from: { readonly kind: 'address'; readonly v4: Address; readonly v6: Address } | { readonly kind: 'client'; readonly mark: number } | { readonly kind: 'unbound' }
}

/** The processes that carry connections on. `proxy` is one of which nothing is known but its port. */
const PROXIES: ReadonlySet<string> = new Set(['envoy', 'ztunnel', 'linkerd-proxy', 'proxy'])

export const isProxyProcess = (process: string): boolean => PROXIES.has(process)
