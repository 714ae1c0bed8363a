import type { Address } from '../net/address.ts'
import type { ListeningSocket } from './listeningSocket.ts'
import type { IpSet, KernelRelease, Neighbour, NetInterface, PolicyRule, Route } from './netns.ts'

/** Who a process is (/proc/PID/status; the ids for file system access, which sockets are created with). */
export interface ProcessIds {
  /** null: neither the text nor its command names it. */
  readonly pid: number | null
  readonly name: string | null
  readonly uid: number | null
  readonly gid: number | null
}

export interface PodRow {
  readonly namespace: string | null
  readonly name: string
  readonly address: Address | null
  readonly node: string | null
}

export interface ServicePort {
  readonly port: number
  readonly nodePort: number | null
  /** "TCP", "UDP", "SCTP". */
  readonly protocol: string
}

export interface ServiceRow {
  readonly namespace: string | null
  readonly name: string
  /** null: headless, or not printed. */
  readonly clusterIp: Address | null
  readonly ports: readonly ServicePort[]
}

export interface Backends {
  readonly seen: readonly ('legacy' | 'nft')[]
  /** iptables-nft warned of legacy tables ("# Warning: iptables-legacy tables present"). */
  readonly legacyTablesPresent: boolean
}

/** One value for each address family. */
export type ByFamily<T> = Readonly<Record<4 | 6, T>>

/** What a transcript tells of a namespace besides its rules; null: it does not say. */
export interface HostFacts {
  readonly interfaces: readonly NetInterface[] | null
  readonly routes: ByFamily<readonly Route[] | null>
  /** Which routing tables were listed; 'all' when the command was for all of them. */
  readonly routeTables: ByFamily<readonly number[] | 'all' | null>
  readonly rules: ByFamily<readonly PolicyRule[] | null>
  readonly listeners: readonly ListeningSocket[] | null
  /** The protocols `listeners` holds all sockets of (Protocol.tcp, Protocol.udp). */
  readonly listenerProtocols: readonly number[]
  readonly sysctls: Readonly<Record<string, number>>
  readonly sets: readonly IpSet[]
  readonly ids: readonly ProcessIds[]
  readonly pods: readonly PodRow[]
  readonly services: readonly ServiceRow[]
  readonly backends: Backends
  readonly release: KernelRelease | null
  readonly neighbours: readonly Neighbour[]
}
