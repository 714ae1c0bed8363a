import type { Address } from '../../net/address.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import type { InboundDial, Mode } from '../meshProfile.ts'
import type { PredictedAddresses } from '../predictedAddresses.ts'

/** Whose line it is: a sidecar's for a connection into its pod or out of it, a gateway's, a waypoint's. */
export type Direction = 'inbound' | 'outbound' | 'gateway' | 'waypoint'

/** What the connection was for: a Service, an original destination no Service has, nowhere by policy, or nothing Envoy found. */
export type Destination = 'service' | 'passthrough' | 'blackhole' | 'block-all' | 'none'

/** Something a reading expects of the line. */
export interface Check {
  readonly field: 'upstream_host' | 'upstream_local_address' | 'downstream_local_address' | 'downstream_remote_address'
  readonly expected: string
  readonly logged: string
  readonly holds: Ternary
}

/** One way in which the line can have come about. */
export interface Reading {
  readonly direction: Direction
  readonly destination: Destination
  readonly mode: Mode | null
  /** Where an inbound Envoy dials the app; null elsewhere, or where that is not told. */
  readonly to: InboundDial['to'] | null
  /** When it is so: releases and settings. */
  readonly conditions: readonly string[]
  readonly checks: readonly Check[]
  /** `may be`: a part that is hidden or not logged decides. `differs`: nothing known fits, this comes nearest. */
  readonly fit: 'agrees' | 'may be' | 'differs'
  /** What Envoy would log of it; null where nothing can be said. */
  readonly predicted: PredictedAddresses | null
}

/** A line with all its readings. */
export interface ExplainedEntry {
  readonly readings: readonly Reading[]
  /** What would decide between the readings, or make one certain. */
  readonly toldApartBy: readonly string[]
  readonly remarks: readonly string[]
}

/** What is known beside the line. */
export interface LogContext {
  /** Addresses of the pod whose log it is. */
  readonly ownAddresses: readonly Address[]
  /** The minor of its Istio release; null: not said. */
  readonly minor: number | null
}
