import type { Address } from '../net/address.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { RuleState } from '../host/ruleState.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import type { EnvoyConfig } from '../proxy/envoy/envoyConfig.ts'
import type { Connection } from './connection.ts'

/** What the user says besides the transcript. */
export interface Given {
  /** The pod's own addresses. */
  readonly podAddresses: readonly Address[]
  /** The Istio version, "1.11.3"; null when it is not said. */
  readonly istioVersion: string | null
  /** Whose rules these are, where that was looked into. */
  readonly recognised?: Recognised | null
  /** What is shown of the proxy's own configuration. */
  readonly envoy?: EnvoyConfig
}

/** A connection, and all that is known of the namespace it is asked about. */
export interface Question {
  readonly state: RuleState
  readonly facts: HostFacts
  readonly given: Given
  readonly connection: Connection
}
