import type { Patch } from 'immer'
import type { Hook } from './hook.ts'
import type { Rule } from './ruleset.ts'
import type { Skb } from './skb.ts'
import type { TableName } from './table.ts'
import type { Tuple } from './tuple.ts'
import type { Unknown } from './ternary.ts'

/** A rule's place: its number counts from 1. */
export interface RulePlace {
  readonly table: TableName
  readonly chain: string
  readonly number: number
  readonly rule: Rule
}

/** What happened to a packet, in the order it happened; every view of a trace is a pruning of this list. */
export type TraceStep =
  /** A packet enters the stack: made here (OUT) or received (IN). */
  | { readonly kind: 'packetEntered'; readonly skb: Skb; readonly leg: number; readonly reply: boolean }
  | { readonly kind: 'hookEntered'; readonly hook: Hook }
  | { readonly kind: 'ruleMatched'; readonly hook: Hook; readonly place: RulePlace; readonly verdict: string; readonly target: string | null }
  | { readonly kind: 'ruleMissed'; readonly hook: Hook; readonly place: RulePlace; readonly asked: string; readonly seen: string }
  | { readonly kind: 'chainEnded'; readonly hook: Hook; readonly table: TableName; readonly chain: string; readonly to: string }
  | { readonly kind: 'policyApplied'; readonly hook: Hook; readonly table: TableName; readonly chain: string; readonly verdict: 'ACCEPT' | 'DROP' }
  | { readonly kind: 'decided'; readonly doubt: Unknown; readonly answer: boolean }
  | { readonly kind: 'ctTracked'; readonly state: string; readonly created: boolean; readonly tuple: Tuple }
  | { readonly kind: 'ctSkipped'; readonly why: string }
  | { readonly kind: 'markSet'; readonly from: number; readonly to: number }
  | { readonly kind: 'connmarkSet'; readonly from: number; readonly to: number }
  | { readonly kind: 'headerSet'; readonly field: 'ttl' | 'tos'; readonly to: number }
  | { readonly kind: 'natBound'; readonly manip: 'source' | 'destination'; readonly from: string; readonly to: string }
  /** NAT rewrote the packet's header. */
  | { readonly kind: 'mangled'; readonly manip: 'source' | 'destination'; readonly from: string; readonly to: string; readonly header: Pick<Skb, 'src' | 'sport' | 'dst' | 'dport'> }
  | { readonly kind: 'routed'; readonly outcome: 'local' | 'forward' | 'output'; readonly device: string; readonly why: string }
  | { readonly kind: 'tproxied'; readonly port: number; readonly process: string }
  | { readonly kind: 'delivered'; readonly process: string; readonly port: number; readonly state: 'listening' | 'connecting' | 'connected' }
  | { readonly kind: 'noSocket'; readonly port: number; readonly answer: string }
  | { readonly kind: 'transmitted'; readonly device: string }
  | { readonly kind: 'dropped'; readonly code: string; readonly why: string }
  /** A program of this namespace or the far end acts. */
  | { readonly kind: 'acted'; readonly who: string; readonly what: string }

/** A step with what it changed in the namespace's state; the inverse undoes it. */
export interface TraceEvent {
  readonly step: TraceStep
  readonly patches: readonly Patch[]
  readonly inverse: readonly Patch[]
}
