import type { Family } from '../net/address.ts'
import type { Span } from './span.ts'
import type { TableName } from './table.ts'

/** A condition that `!` can turn round. */
export interface Negatable<T> {
  readonly value: T
  readonly negated: boolean
}

/** What every rule can test without an extension (struct ipt_ip, ip6t_ip6). */
export interface IpMatch {
  /** Protocol number. */
  readonly protocol?: Negatable<number>
  /** As iptables-save prints it: "10.0.0.0/8". */
  readonly source?: Negatable<string>
  readonly destination?: Negatable<string>
  /** Interface name; a trailing "+" is a wildcard. */
  readonly in?: Negatable<string>
  readonly out?: Negatable<string>
  /** IPv4 `-f`: second and further fragments. */
  readonly fragment?: Negatable<true>
  /** The text has no columns for interfaces: whether the rule asks for one is unknown. */
  readonly interfaces?: 'unshown'
}

/** An extension's condition; `info` is the plain data its file defines. What could not be read is kept as text and is unknown in a walk. */
export type Match = { readonly name: string; readonly info: unknown } | { readonly name: string; readonly verbatim: string }

export type Target =
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'extension'; readonly name: string; readonly info: unknown }
  | { readonly kind: 'verbatim'; readonly name: string; readonly verbatim: string }

export interface Counters {
  readonly packets: number
  readonly bytes: number
}

/** Why a generated rule exists. */
export interface Because {
  readonly note: string
  readonly argument?: string
}

/** What a packet must be for a rule to have it. */
export type Conditions = Pick<Rule, 'ip' | 'matches'>

export interface Rule {
  readonly ip: IpMatch
  readonly matches: readonly Match[]
  /** null: a rule that only counts. */
  readonly target: Target | null
  readonly counters?: Counters
  /** Where the text it came from stands, and that text. */
  readonly span?: Span
  readonly text?: string
  readonly because?: Because
  /** What else the text may ask for: a listing prints both alike. */
  readonly alternatives?: readonly Conditions[]
}

export interface Chain {
  readonly name: string
  /** null: a user-defined chain, which has none. */
  readonly policy: 'ACCEPT' | 'DROP' | null
  readonly counters?: Counters
  readonly rules: readonly Rule[]
  readonly span?: Span
}

export interface Table {
  readonly name: TableName
  readonly chains: readonly Chain[]
}

/** All tables of one address family in one network namespace: plain data, JSON in and out. */
export interface Ruleset {
  readonly family: Family
  readonly tables: readonly Table[]
}
