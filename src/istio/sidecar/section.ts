import type { Family } from '../../net/address.ts'
import type { Behaviour } from '../changes.ts'
import type { IstioConfig } from '../configuration.ts'
import type { RuleList } from '../ruleList.ts'

/** What every section of the generator works from: the settings as they hold for one family. */
export interface Section {
  readonly config: IstioConfig
  readonly behaviour: Behaviour
  readonly family: Family
  readonly rules: RuleList
  /** What counts as loopback, and the address Envoy's inbound connections leave from. */
  readonly loopback: string
  readonly passthrough: string
  readonly tproxy: boolean
  readonly dns: boolean
  /** IPv6 before it got everything IPv4 has. */
  readonly reduced: boolean
}

/** The items of a comma-separated list (config.Split); before 1.7 empty ones stayed. */
export function items(list: string, behaviour: Behaviour): string[] {
  if (list === '') return []
  const all = list.split(',')
  return behaviour.has('empty-items-kept') ? all : all.filter((item) => item !== '')
}
