import type { Family } from '../../net/address.ts'
import { isHook } from '../../netfilter/hook.ts'
import type { Rule, Ruleset } from '../../netfilter/ruleset.ts'
import type { TableName } from '../../netfilter/table.ts'
import { printRule } from '../../ruleset/print.ts'
import { ruleKey } from './ruleKey.ts'

/** A table as the dump shows it. */
export interface ShownTable {
  readonly family: Family
  readonly table: TableName
  /** Some listings are of one chain only: of the others nothing is known. */
  readonly whole: boolean
}

export const isIstioChain = (name: string): boolean => name.startsWith('ISTIO_')

/** A chain of the dump, with its rules as text. */
export class ShownChain {
  private printed: readonly string[] | null = null
  private keyed: readonly string[] | null = null

  constructor(readonly family: Family, readonly table: TableName, readonly name: string, readonly rules: readonly Rule[]) {}

  get texts(): readonly string[] {
    return this.printed ??= this.rules.map(printRule)
  }

  /** A rule whose interfaces are not shown is like no other. */
  get keys(): readonly string[] {
    return this.keyed ??= this.texts.map((text, i) => (this.rules[i]?.ip.interfaces ? `${text} (interfaces unshown)` : ruleKey(text)))
  }
}

export const placeOf = ({ family, table, name }: Pick<ShownChain, 'family' | 'table' | 'name'>): string => `${family} ${table} ${name}`

/** The rules a dump shows, as far as Istio could have made them. */
export class ShownRules {
  readonly tables: readonly ShownTable[]
  readonly families: readonly Family[]
  /** Istio's own chains and the built-in ones, where it puts its rules. */
  readonly chains: ReadonlyMap<string, ShownChain>
  /** Chains of others. */
  readonly others: readonly ShownChain[]
  private readonly byTable: ReadonlyMap<string, ShownTable>

  constructor(rulesets: readonly Ruleset[]) {
    const all = rulesets.flatMap(({ family, tables }) => tables.flatMap((table) => table.chains.map((chain) => new ShownChain(family, table.name, chain.name, chain.rules))))
    const its = all.filter(({ name }) => isIstioChain(name) || isHook(name))
    this.tables = rulesets.flatMap(({ family, tables }) => tables.map(({ name, chains }) => ({ family, table: name, whole: chains.some((chain) => isHook(chain.name)) })))
    this.byTable = new Map(this.tables.map((each) => [`${each.family} ${each.table}`, each]))
    this.families = [...new Set(this.tables.map(({ family }) => family))]
    this.chains = new Map(its.map((chain) => [placeOf(chain), chain]))
    this.others = all.filter(({ name }) => !isIstioChain(name) && !isHook(name))
  }

  /** Whether the dump would show a chain if it were there. */
  wouldShow(family: Family, table: TableName, name: string): boolean {
    const shown = this.byTable.get(`${family} ${table}`)
    return shown !== undefined && (shown.whole || this.chains.has(placeOf({ family, table, name })))
  }

  shows(family: Family, table: TableName): boolean {
    return this.byTable.has(`${family} ${table}`)
  }
}
