import type { Address } from '../net/address.ts'
import type { RuleVerdict } from '../netfilter/verdict.ts'
import type { Unknown } from '../netfilter/ternary.ts'

/** Which half of the tuple NAT rewrites (enum nf_nat_manip_type). */
export type Manip = 'source' | 'destination'

/** struct nf_nat_range2: what NAT may choose from. Null bounds leave that part as it is. */
export interface NatRange {
  readonly minAddress: Address | null
  readonly maxAddress: Address | null
  readonly minPort: number | null
  readonly maxPort: number | null
  /** `--random` and `--random-fully`: the port is chosen by chance. */
  readonly random: boolean
  /** NETMAP: host bits are kept. */
  readonly netmap: boolean
  /** DNAT's port shift: the port that maps to minPort; null without one. */
  readonly basePort: number | null
}

/** What the sender of a rejected packet is told. */
export type RejectWith = { readonly kind: 'icmp'; readonly type: number; readonly code: number } | { readonly kind: 'tcp-reset' }

/** Fields of the skb a target may set. */
export interface SkbChange {
  readonly mark?: number
  readonly tos?: number
  readonly ttl?: number
}

/** What a target asks the engine to do; the engine does it and reports it. */
export type Effect =
  | { readonly kind: 'verdict'; readonly verdict: RuleVerdict }
  | { readonly kind: 'set'; readonly change: SkbChange }
  | { readonly kind: 'connmark'; readonly mark: number }
  | { readonly kind: 'nat'; readonly manip: Manip; readonly range: NatRange }
  | { readonly kind: 'tproxy'; readonly address: Address | null; readonly port: number; readonly mark: number; readonly mask: number }
  | { readonly kind: 'template'; readonly notrack: boolean; readonly zone: number; readonly zoneDirection: 'both' | 'original' | 'reply' }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  | { readonly kind: 'unknown'; readonly doubt: Unknown }

export const CONTINUE: Effect = { kind: 'verdict', verdict: 'CONTINUE' }
export const DROP: Effect = { kind: 'verdict', verdict: 'DROP' }
export const ACCEPT: Effect = { kind: 'verdict', verdict: 'ACCEPT' }
export const RETURN: Effect = { kind: 'verdict', verdict: 'RETURN' }
