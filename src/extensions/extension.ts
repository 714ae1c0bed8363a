import type { Skb } from '../netfilter/skb.ts'
import type { TableName } from '../netfilter/table.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Ternary } from '../netfilter/ternary.ts'
import type { Distinction, MarkTransform } from './distinction.ts'
import type { Effect } from './effect.ts'
import type { ListingCursor, ListingStyle } from './listingCursor.ts'
import type { MatchContext, Site } from './matchContext.ts'
import type { OptionReader } from './optionReader.ts'

/** Whether a packet meets a condition. Bound to its options once, when a rule set is compiled. */
export type MatchTest = (skb: Skb, context: MatchContext) => Ternary

/** What a target does with a packet that reached it. */
export type TargetAction = (skb: Skb, context: MatchContext) => Effect

interface Extension<Info> {
  /** The kernel's name: what stands behind `-m` or `-j`. */
  readonly name: string
  /** Every option it owns, in every spelling, with how many values follow it. */
  readonly options: Readonly<Record<string, number>>
  parse(options: OptionReader): Info
  /** The options as iptables-save prints them, without the name; "" for none. */
  print(info: Info): string
  /** Takes its text from a listing; null when what stands at the cursor is not its own. */
  parseListing(cursor: ListingCursor): Info | null
  /** Its text in a listing, behind the one blank that parts it from what stands before; any further blank iptables prints is kept. `protocol` is the rule's own, for names of services; null for all. */
  printListing(info: Info, style: ListingStyle, protocol: number | null): string
  /** Loading it registers conntrack's hooks in the namespace (nf_ct_netns_get). */
  needsConntrack?(info: Info): boolean
}

/** One match: its readers, its printers and its meaning, kept together so that they change together. */
export interface MatchExtension<Info> extends Extension<Info> {
  /** Other names iptables takes behind `-m` (xtables_find_match). */
  readonly aliases?: readonly string[]
  /** What its text in a listing begins with, where 1.8.9 forgets the blank before it. */
  readonly unspaced?: string
  /** What else, at most, a listing prints as it prints this; UNLISTED stands for a value it does not show at all. */
  unlisted?(info: Info): readonly Info[]
  /** It has no text of its own: iptables-legacy lists its bare name (print_match), iptables-nft nothing. */
  readonly listedByLegacyOnly?: true
  /** The protocols whose `-p` loads it without `-m`, when one of its options follows. */
  readonly impliedBy?: readonly number[]
  compile(info: Info, site: Site): MatchTest
  /** It holds for every packet. */
  readonly always?: true
  /** Which packets it tells apart by their addresses, ports, owner and mark; absent: none by these, whatever else it looks at. */
  region?(info: Info): readonly Distinction[]
  /** A test changes what the rule remembers, so it must not be made out of turn. */
  readonly stateful?: true
  /** What the packet has in place of what was asked for: "uid 1000". Used to say why a rule did not match. */
  seen(skb: Skb, context: MatchContext): string
}

/** One target. */
export interface TargetExtension<Info> extends Extension<Info> {
  compile(info: Info, site: Site): TargetAction
  /** The port of this host it turns packets to, if it is that kind of target. */
  capture?(info: Info): { readonly port: number; readonly how: 'redirect' | 'tproxy'; readonly mark?: number } | null
  /** What of a packet decides what it does, beyond that it came to it; absent: nothing of its addresses, ports, owner and mark. */
  region?(info: Info): readonly Distinction[]
  /** Whether the packet's way through the table, or through the chain, ends there for certain; absent: it goes on to the next rule, or it is not known. */
  readonly ends?: 'ends' | 'returns'
  /** How it changes marks; absent: not at all. */
  marks?(info: Info): readonly MarkTransform[]
  /** The tables it may stand in; absent: all. */
  readonly tables?: readonly TableName[]
  /** The hooks it may be reached from; absent: all. */
  readonly hooks?: readonly Hook[]
  /** What stands in a listing's target column, where that is not its name. */
  readonly listedAs?: string
}
