import type { Family } from '../net/address.ts'
import type { Chain, Counters, Rule, Table } from '../netfilter/ruleset.ts'
import type { Span } from '../netfilter/span.ts'
import { BUILTIN_CHAINS } from '../netfilter/table.ts'
import type { TableName } from '../netfilter/table.ts'
import { appended } from './appended.ts'
import { jumpedTo } from './jumpedTo.ts'

interface ChainDraft {
  readonly name: string
  policy: Chain['policy']
  counters: Counters | null
  span: Span | null
  rules: Rule[]
  /** The chain that was named behind it; a save has the rules of both in the same order. */
  following: ChainDraft | null
}

/** Where a table's text came from: which lines, and in which form. */
export interface TableOrigin {
  readonly file: string
  readonly firstLine: number
  lastLine: number
  /** `rules`: lines of -A without a table's heading, as `iptables -S` prints them. */
  readonly form: 'save' | 'listing' | 'rules' | 'commands'
}

/** Most chains of large rule sets have no more rules. */
const SHORT = 4

/** A table while its text is being read: what -N -A -I -R -D -P -F -X do to it. */
export class TableBuilder {
  readonly family: Family
  readonly origin: TableOrigin
  /** The first chain heading whose counters a listing rounded. */
  roundedHeading: Span | null = null
  private readonly chains = new Map<string, ChainDraft>()
  private latest: ChainDraft | null = null
  /** The chain asked for last: rules of one chain stand together. */
  private recent: ChainDraft | null = null
  /** How often a listing says a chain is jumped to. */
  private readonly references = new Map<string, number>()

  constructor(family: Family, origin: TableOrigin) {
    this.family = family
    this.origin = origin
  }

  has(name: string): boolean {
    return this.chains.has(name)
  }

  /** The chain that was named last as a new one. */
  get newest(): string | null {
    return this.latest?.name ?? null
  }

  chainNames(): readonly string[] {
    return [...this.chains.keys()]
  }

  /** Every rule read so far, for what must be told from the whole table. */
  rules(): readonly Rule[] {
    return [...this.chains.values()].flatMap((chain) => chain.rules)
  }

  declare(name: string, policy: Chain['policy'], counters: Counters | null, span: Span): void {
    const chain = this.chain(name)
    chain.policy = policy
    chain.counters = counters
    chain.span = span
  }

  refer(name: string, count: number): void {
    this.references.set(name, count)
  }

  /** Chains that a listing says are jumped to more often than its text shows: part of it is missing. */
  lackingReferences(): readonly string[] {
    const counts = new Map<string, number>()
    for (const to of this.jumps()) counts.set(to, (counts.get(to) ?? 0) + 1)
    return [...this.references].filter(([name, count]) => (counts.get(name) ?? 0) < count).map(([name]) => name)
  }

  /** Chains jumped to that the text does not show. */
  unshownChains(): readonly string[] {
    return [...new Set(this.jumps().filter((to) => !this.chains.has(to)))]
  }

  private jumps(): readonly string[] {
    return this.rules().flatMap((rule) => jumpedTo(rule) ?? [])
  }

  append(name: string, rule: Rule): void {
    const chain = this.chain(name)
    if (chain.rules.length < SHORT) chain.rules = appended(chain.rules, rule)
    else chain.rules.push(rule)
  }

  /** Puts a rule at `position` (from 1). */
  insert(name: string, position: number, rule: Rule): void {
    this.chain(name).rules.splice(position - 1, 0, rule)
  }

  /** False when there is no such rule. */
  replace(name: string, position: number, rule: Rule): boolean {
    const { rules } = this.chain(name)
    if (position < 1 || position > rules.length) return false
    rules[position - 1] = rule
    return true
  }

  delete(name: string, position: number): boolean {
    return this.chain(name).rules.splice(position - 1, 1).length === 1
  }

  /** Deletes the first rule with the same meaning; false when there is none. */
  deleteSame(name: string, rule: Rule): boolean {
    const meaning = JSON.stringify([rule.ip, rule.matches, rule.target])
    const at = this.chain(name).rules.findIndex((each) => JSON.stringify([each.ip, each.matches, each.target]) === meaning)
    return at >= 0 && this.delete(name, at + 1)
  }

  flush(name: string | null): void {
    for (const chain of this.chains.values()) if (name === null || chain.name === name) chain.rules = []
  }

  remove(name: string | null): void {
    for (const chain of [...this.chains.values()]) if (chain.policy === null && (name === null || chain.name === name)) this.chains.delete(chain.name)
    this.unlink()
  }

  rename(from: string, to: string): void {
    const chain = this.chains.get(from)
    if (!chain) return
    this.unlink()
    this.chains.delete(from)
    this.chains.set(to, { ...chain, name: to })
  }

  private chain(name: string): ChainDraft {
    const known = this.near(name) ?? this.chains.get(name)
    if (known) return (this.recent = known)
    const made: ChainDraft = { name, policy: null, counters: null, span: null, rules: [], following: null }
    this.chains.set(name, made)
    if (this.latest) this.latest.following = made
    this.latest = made
    return made
  }

  /** Without a look-up: there may be very many chains. */
  private near(name: string): ChainDraft | null {
    const { recent } = this
    if (recent === null || recent.name === name) return recent
    return recent.following?.name === name ? recent.following : null
  }

  /** The name of the chain whose rules follow those of the chain asked for last, where they stand in the order of the chains; else empty. */
  get expected(): string {
    return this.recent?.following?.name ?? ''
  }

  /** Chains are not those any more that follow each other. */
  private unlink(): void {
    this.recent = null
    for (const chain of this.chains.values()) chain.following = null
  }

  /** The table under its name, built-in chains first and in the kernel's order. */
  table(name: TableName): Table {
    const builtin: readonly string[] = BUILTIN_CHAINS[name]
    const present = builtin.flatMap((chain) => this.chains.get(chain) ?? [])
    const user = [...this.chains.values()].filter((chain) => !builtin.includes(chain.name))
    return { name, chains: [...present.map((chain) => this.finished(chain, true)), ...user.map((chain) => this.finished(chain, false))] }
  }

  private finished({ name, policy, counters, span, rules }: ChainDraft, builtin: boolean): Chain {
    const kept = builtin ? (policy ?? 'ACCEPT') : null
    // Named one by one: there may be very many chains.
    if (counters && span) return { name, policy: kept, counters, rules, span }
    return { name, policy: kept, ...(counters && { counters }), rules, ...(span && { span }) }
  }
}
