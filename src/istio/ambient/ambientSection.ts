import type { Family } from '../../net/address.ts'
import type { Behaviour } from '../changes.ts'
import type { RuleList } from '../ruleList.ts'
import type { AmbientConfig } from './ambientConfig.ts'

/** The ambient settings as they hold for one family. */
export interface AmbientSection {
  readonly config: AmbientConfig
  readonly behaviour: Behaviour
  readonly family: Family
  readonly rules: RuleList
  /** Where probes come from; null when the one address there is belongs to the other family. */
  readonly probe: string | null
  readonly loopback: string
  readonly dns: boolean
  readonly tproxy: boolean
}

/** The mark of ztunnel's own sockets, and of the connections that are its (cni/pkg/config/config.go). */
export const ZTUNNEL_MARK = '0x539/0xfff'
export const CONNECTION_MARK = '0x111/0xfff'
