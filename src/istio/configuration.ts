import type { Family } from '../net/address.ts'
import type { Because } from '../netfilter/ruleset.ts'
import type { SwitchKey, TextKey } from './flags.ts'

/** A setting's value and the words that gave it; null: the default. */
export interface Given<T> {
  readonly value: T
  readonly from: string | null
}

/** What every setting has, by its key. */
export interface SettingValues {
  text(key: TextKey): Given<string>
  on(key: SwitchKey): Given<boolean>
}

/** Outbound ranges, told apart by family (run.go separateV4V6). */
export interface Ranges {
  readonly wildcard: boolean
  readonly cidrs: Readonly<Record<Family, readonly string[]>>
  /** One of them begins at a loopback address (NetworkRange.HasLoopBackIP). */
  readonly loopback: boolean
}

/** What istio-iptables works from, once arguments, environment and pod are read (config.Config). */
export interface IstioConfig {
  readonly text: Readonly<Record<TextKey, Given<string>>>
  readonly on: Readonly<Record<SwitchKey, Given<boolean>>>
  readonly include: Ranges
  readonly exclude: Ranges
  readonly ipv6: Given<boolean>
  readonly nameservers: Readonly<Record<Family, readonly string[]>>
  /** Group names and the numbers iptables turns them into. */
  readonly groups: Readonly<Record<string, number>>
}

/** Says why a rule is there, and which setting made it. */
export function because(note: string, setting: Given<unknown>): Because {
  return setting.from === null ? { note: `${note} (default)` } : { note, argument: setting.from }
}
