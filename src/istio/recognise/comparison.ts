import { parseSaveLine } from '../../../grammar/parse.ts'
import type { Family } from '../../net/address.ts'
import { printRule } from '../../ruleset/print.ts'
import { readRule } from '../../ruleset/readRule.ts'
import { align } from './alignment.ts'
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

  /** How many rules are missing, too many or out of order; counted no further than beyond `most`. */
  distance(chains: readonly MadeChain[], most: number): number {
    let distance = this.floor
    for (const pair of this.pairs(chains)) {
      if (distance > most) return distance
      const { missing, foreign, moved } = this.difference(pair)
      distance += missing.length + foreign.length + moved.length
    }
    return distance
  }

  differences(chains: readonly MadeChain[]): ChainDifference[] {
    return this.pairs(chains).map((pair) => this.difference(pair))
  }

  /** How many rules of Istio's own chains are as generated. */
  likeness(chains: readonly MadeChain[]): { readonly shown: number; readonly made: number; readonly both: number } {
    const own = this.differences(chains).filter(({ made, shown }) => isIstioChain(made?.name ?? shown?.name ?? ''))
    const sum = (count: (each: ChainDifference) => number): number => own.reduce((total, each) => total + count(each), 0)
    return { shown: sum(({ shown }) => shown?.rules.length ?? 0), made: sum(({ made }) => made?.specs.length ?? 0), both: sum(({ made, missing }) => (made?.specs.length ?? 0) - missing.length) }
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
