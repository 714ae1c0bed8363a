import { parseSaveLine } from '../../../grammar/parse.ts'
import type { Family } from '../../net/address.ts'
import { printRule } from '../../ruleset/print.ts'
import { readRule } from '../../ruleset/readRule.ts'
import { align, leastApart } from './alignment.ts'
import type { Alignment } from './alignment.ts'
import type { MadeChain } from './makings.ts'
import { isPlain, ruleKey } from './ruleKey.ts'
import { isIstioChain, placeOf } from './shownRules.ts'
import type { ShownChain, ShownRules } from './shownRules.ts'

/** A chain as it is made and as it is shown. */
interface ChainPair {
  readonly made: MadeChain | null
  readonly shown: ShownChain | null
}

/** What differs in one chain. */
export interface ChainDifference extends ChainPair, Alignment {}

/** Holds generated rules against those a dump shows. */
export class Comparison {
  /** Rules that stand in chains where Istio puts none. */
  readonly floor: number
  private readonly printed: Readonly<Record<Family, Map<string, string>>> = { 4: new Map(), 6: new Map() }

  constructor(private readonly shown: ShownRules) {
    this.floor = shown.others.reduce((sum, { rules }) => sum + rules.length, 0)
  }

  /** No fewer rules than these can differ: what the lengths of the chains tell. */
  distanceAtLeast(chains: readonly MadeChain[]): number {
    return this.pairs(chains).reduce((sum, { made, shown }) => sum + Math.abs((made?.specs.length ?? 0) - (shown?.rules.length ?? 0)), this.floor)
  }

  /** How many rules are missing, too many or out of order; where it is more than `most`, no more than that is known of it. */
  distance(chains: readonly MadeChain[], most: number): number {
    const pairs = this.pairs(chains).map(({ made, shown }) => ({ wanted: this.keys(made, shown), found: shown?.keys ?? [] }))
    const least = pairs.reduce((sum, { wanted, found }) => sum + leastApart(wanted, found), this.floor)
    if (least > most) return least
    return pairs.map(({ wanted, found }) => align(wanted, found)).reduce((sum, { missing, foreign, moved }) => sum + missing.length + foreign.length + moved.length, this.floor)
  }

  differences(chains: readonly MadeChain[]): ChainDifference[] {
    return this.pairs(chains).map((pair) => this.difference(pair))
  }

  /** At least half of what stands in Istio's chains is as generated, and half of what is generated for them stands there. */
  isLike(chains: readonly MadeChain[]): boolean {
    const own = this.differences(chains).filter(({ made, shown }) => isIstioChain(made?.name ?? shown?.name ?? ''))
    const sum = (count: (each: ChainDifference) => number): number => own.reduce((total, each) => total + count(each), 0)
    const both = sum(({ made, missing }) => (made?.specs.length ?? 0) - missing.length)
    return both > 0 && 2 * both >= sum(({ shown }) => shown?.rules.length ?? 0) && 2 * both >= sum(({ made }) => made?.specs.length ?? 0)
  }

  /** A generated rule as iptables-save prints it. */
  print(spec: string, family: Family): string {
    const known = this.printed[family].get(spec)
    if (known !== undefined) return known
    const line = parseSaveLine(spec)
    const text = line.kind === 'command' ? printRule(readRule(line.options, family).rule) : spec
    this.printed[family].set(spec, text)
    return text
  }

  private difference({ made, shown }: ChainPair): ChainDifference {
    return { made, shown, ...align(this.keys(made, shown), shown?.keys ?? []) }
  }

  private pairs(chains: readonly MadeChain[]): ChainPair[] {
    const made = new Map(chains.map((chain) => [placeOf(chain), chain]))
    const places = new Set([...made.keys(), ...this.shown.chains.keys()])
    return [...places].map((place) => ({ made: made.get(place) ?? null, shown: this.shown.chains.get(place) ?? null }))
  }

  /** The words the generator writes do as they are where the dump has them so; else they are read as iptables would. */
  private keys(made: MadeChain | null, shown: ShownChain | null): string[] {
    const there = new Set(shown?.keys)
    return (made?.specs ?? []).map((spec) => {
      const key = ruleKey(spec)
      return there.has(key) || isPlain(spec) ? key : ruleKey(this.print(spec, made?.family ?? 4))
    })
  }
}
