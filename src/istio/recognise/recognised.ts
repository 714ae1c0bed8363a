import type { Family } from '../../net/address.ts'
import type { Rule } from '../../netfilter/ruleset.ts'
import type { TableName } from '../../netfilter/table.ts'
import type { Spelling } from './spelling.ts'
import type { VersionRange } from './versionRanges.ts'

/** A rule of the dump and its place in it. */
export interface ShownRule {
  readonly family: Family
  readonly table: TableName
  readonly chain: string
  /** Counted from 1. */
  readonly number: number
  readonly rule: Rule
}

/** A rule Istio would have made. */
export interface MissingRule {
  readonly family: Family
  readonly table: TableName
  readonly chain: string
  /** Where it would stand, counted from 1. */
  readonly number: number
  /** As iptables-save prints it. */
  readonly text: string
}

/** One way to make the rules, and what does not fit it. */
export interface Explained extends Spelling {
  readonly versions: readonly VersionRange[]
  /** null: the tables shown do not tell. */
  readonly mode: 'REDIRECT' | 'TPROXY' | 'AMBIENT' | null
  /** Rules inside a pod, or those of an ambient node for kubelet's probes. */
  readonly scope: 'pod' | 'host'
  /** Not of Istio. */
  readonly foreign: readonly ShownRule[]
  /** Istio's, but not there. */
  readonly missing: readonly MissingRule[]
  /** Istio's, but not where it would stand. */
  readonly moved: readonly ShownRule[]
}

/** Whose rules a dump shows, found by making them again. */
export interface Recognised extends Explained {
  readonly mesh: 'Istio'
  /** Whether Istio made IPv6 rules; null: no IPv6 rules are shown. */
  readonly ipv6: boolean | null
  /** What was compared; of other tables nothing is said. */
  readonly tables: readonly { readonly family: Family; readonly table: TableName }[]
  /** Other ways that fit as well. */
  readonly alternatives: readonly Explained[]
}
