import type { Address } from '../../net/address.ts'
import type { Prefix } from '../../net/prefix.ts'

/** What is shown of an Envoy's configuration: by a config_dump, or by tables and JSON of `istioctl proxy-config`. */
export interface EnvoyConfig {
  readonly listeners: readonly EnvoyListener[]
  readonly routes: readonly EnvoyRouteTable[]
  readonly clusters: readonly EnvoyCluster[]
  /** What was discovered of EDS clusters, by the cluster's name. */
  readonly endpoints: ReadonlyMap<string, readonly EnvoyEndpoint[]>
}

export interface EnvoyEndpoint {
  readonly address: Address
  readonly port: number
}

export interface EnvoyListener {
  /** "virtualInbound", "0.0.0.0_8888"; "0.0.0.0_8888" too where a table gives no name. */
  readonly name: string
  /** null: every address. */
  readonly address: Address | null
  readonly port: number
  /** Whether it hands what it accepts to the listener of the original destination. */
  readonly useOriginalDst: boolean
  /** The listener filter original_src, and the mark it gives; null: not there, or not shown. */
  readonly originalSource: { readonly mark: number } | null
  readonly chains: readonly FilterChain[]
  /** From 1. */
  readonly line: number
}

export interface FilterChain {
  readonly name: string | null
  readonly match: ChainMatch
  readonly action: ChainAction
}

/** filter_chain_match: an empty list and null match all. */
export interface ChainMatch {
  readonly port: number | null
  readonly prefixes: readonly Prefix[]
  readonly serverNames: readonly string[]
  /** "tls", "raw_buffer". */
  readonly transport: string | null
  readonly applicationProtocols: readonly string[]
}

/** What the last network filter does. */
export type ChainAction =
  | { readonly kind: 'clusters'; readonly clusters: readonly WeightedCluster[] }
  | { readonly kind: 'routes'; readonly table: EnvoyRouteTable }
  | { readonly kind: 'namedRoutes'; readonly name: string }
  | { readonly kind: 'unshown' }

export interface WeightedCluster {
  readonly name: string
  readonly weight: number
}

export interface EnvoyRouteTable {
  readonly name: string
  readonly hosts: readonly VirtualHost[]
}

export interface VirtualHost {
  readonly name: string
  readonly domains: readonly string[]
  readonly routes: readonly EnvoyRoute[]
}

export interface EnvoyRoute {
  /** null: none. */
  readonly name: string | null
  /** Whether every request has what it asks for: the prefix "/" and nothing else. */
  readonly takes: 'all' | 'some'
  /** As messages name it: "/api*". */
  readonly match: string
  readonly action:
    | { readonly kind: 'clusters'; readonly clusters: readonly WeightedCluster[] }
    | { readonly kind: 'answers'; readonly status: number }
    | { readonly kind: 'unshown' }
  /** Seconds; null: as long as it takes. */
  readonly timeout: number | null
}

/** The types of a cluster that are understood (config.cluster.v3.Cluster.DiscoveryType). */
export const CLUSTER_TYPES = ['ORIGINAL_DST', 'STATIC', 'STRICT_DNS', 'LOGICAL_DNS', 'EDS'] as const

export interface EnvoyCluster {
  readonly name: string
  readonly type: (typeof CLUSTER_TYPES)[number]
  /** upstream_bind_config; null: none; 'unshown': a table does not say. */
  readonly bind: Address | null | 'unshown'
  readonly endpoints: readonly EnvoyEndpoint[]
  /** From 1. */
  readonly line: number
}
