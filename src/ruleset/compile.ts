import { compileIp } from '../extensions/ip.ts'
import { matchExtension, targetExtension } from '../extensions/registry.ts'
import type { MatchTest, TargetAction } from '../extensions/extension.ts'
import type { MatchContext } from '../extensions/matchContext.ts'
import type { Hook } from '../netfilter/hook.ts'
import { isHook } from '../netfilter/hook.ts'
import type { Chain, Conditions, Match, Rule, Ruleset, Table } from '../netfilter/ruleset.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { TableName } from '../netfilter/table.ts'
import { and, isUnknown } from '../netfilter/ternary.ts'
import type { Unknown } from '../netfilter/ternary.ts'
import { chainIndex } from './chainIndex.ts'
import type { ChainIndex } from './chainIndex.ts'
import { chainShape } from './chainShape.ts'
import { onceFor } from './onceFor.ts'
import { printMatch, printRule } from './print.ts'

/** A condition made ready: what it asks for in the rule's own words, and what a packet has in its place. */
export interface CompiledTest {
  readonly test: MatchTest
  readonly asked: string
  readonly seen: (skb: Skb, context: MatchContext) => string
  /** Making the test changes what the rule remembers. */
  readonly stateful?: boolean
}

export type CompiledTarget =
  | { readonly kind: 'none' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: CompiledChain }
  | { readonly kind: 'action'; readonly name: string; readonly action: TargetAction }
  | { readonly kind: 'unknown'; readonly name: string; readonly doubt: Unknown }

export interface CompiledRule {
  /** From 1. */
  readonly number: number
  readonly rule: Rule
  readonly tests: readonly CompiledTest[]
  readonly target: CompiledTarget
}

/** A chain made ready when a packet first enters it: of a node's chains most packets see a few. */
export class CompiledChain {
  readonly table: TableName
  private readonly chain: Chain
  private readonly compiled: () => readonly CompiledRule[]
  private made: readonly CompiledRule[] | null = null
  private looked: { readonly index: ChainIndex | null } | null = null

  constructor(table: TableName, chain: Chain, compiled: () => readonly CompiledRule[]) {
    this.table = table
    this.chain = chain
    this.compiled = compiled
  }

  get name(): string {
    return this.chain.name
  }

  get policy(): Chain['policy'] {
    return this.chain.policy
  }

  get isEmpty(): boolean {
    return this.chain.rules.length === 0
  }

  get rules(): readonly CompiledRule[] {
    return (this.made ??= this.compiled())
  }

  /** For a walk that nobody watches; null: its rules are walked one by one. */
  get index(): ChainIndex | null {
    return (this.looked ??= { index: chainIndex(this.chain.rules) }).index
  }
}

/** A table's base chains by hook; a hook without an entry has nothing to run. */
export interface CompiledTable {
  readonly name: TableName
  readonly base: ReadonlyMap<Hook, CompiledChain>
}

export type CompiledRuleset = ReadonlyMap<TableName, CompiledTable>

/** Binds every rule to closures, once; there is no second interpreter. */
export const compile: (ruleset: Ruleset) => CompiledRuleset = onceFor(({ tables }) => new Map(tables.map((table) => [table.name, compileTable(table)])))

function compileTable(table: Table): CompiledTable {
  const refused = new Set(chainShape(table).backJumps.map(({ rule }) => rule))
  const chains = new Map<string, CompiledChain>()
  for (const chain of table.chains) chains.set(chain.name, new CompiledChain(table.name, chain, () => chain.rules.map((rule, i) => compileRule(rule, i + 1, { table: table.name, chain: chain.name, chains, refused }))))
  const base = new Map<Hook, CompiledChain>()
  for (const [name, chain] of chains) if (isHook(name)) base.set(name, chain)
  return { name: table.name, base }
}

/** What a rule stands in. */
interface Surroundings {
  readonly table: TableName
  readonly chain: string
  readonly chains: ReadonlyMap<string, CompiledChain>
  readonly refused: ReadonlySet<Rule>
}

function compileRule(rule: Rule, number: number, { table, chain, chains, refused }: Surroundings): CompiledRule {
  const site = `${table}:${chain}:${number}`
  return { number, rule, tests: compileTests(rule, site), target: refused.has(rule) ? LOOP : compileTarget(rule, chains, site) }
}

/** The tests of a rule, in the kernel's order: the header's own first, then the matches as they stand. */
function compileTests(rule: Rule, site: string): readonly CompiledTest[] {
  const tests = compileConditions(rule, site)
  return rule.alternatives ? [anyReading(rule, [tests, ...rule.alternatives.map((each) => compileConditions(each, site))])] : tests
}

const compileConditions = ({ ip, matches }: Conditions, site: string): readonly CompiledTest[] => [...compileIp(ip), ...matches.map((match) => compileMatch(match, site))]

/** A line that may be several rules matches where all of them do, and misses where none does. */
function anyReading({ ip, matches }: Rule, readings: readonly (readonly CompiledTest[])[]): CompiledTest {
  const asked = printRule({ ip, matches, target: null })
  const doubt: Unknown = { code: 'ambiguous-line', message: `the line listed for ${JSON.stringify(asked)} may be other rules, not all of which have this packet`, probability: null, key: null }
  const test: MatchTest = (skb, context) => {
    const [first = true, ...others] = readings.map((tests) => tests.map((each) => each.test(skb, context)).reduce(and, true))
    return isUnknown(first) || others.every((each) => each === first) ? first : doubt
  }
  return { asked, test, seen: () => 'another packet', stateful: readings.some((tests) => tests.some(({ stateful }) => stateful)) }
}

function compileMatch(match: Match, site: string): CompiledTest {
  const asked = printMatch(match)
  const extension = 'verbatim' in match ? null : matchExtension(match.name)
  if (!extension || 'verbatim' in match) {
    const doubt: Unknown = { code: 'unread-condition', message: `what ${JSON.stringify(asked)} says of this packet is not known`, probability: null, key: null }
    return { asked, seen: () => 'unknown', test: () => doubt }
  }
  return { asked, test: extension.compile(match.info, site), seen: (skb, context) => extension.seen(skb, context), stateful: extension.stateful ?? false }
}

function compileTarget({ target }: Rule, chains: ReadonlyMap<string, CompiledChain>, site: string): CompiledTarget {
  if (!target) return { kind: 'none' }
  if ('chain' in target) return compileJump(target.kind, target.chain, chains)
  const extension = target.kind === 'extension' ? targetExtension(target.name) : null
  if (target.kind === 'extension' && extension) return { kind: 'action', name: target.name, action: extension.compile(target.info, site) }
  return unknownTarget(target.name, `what the target ${target.name} does is not known here`)
}

function compileJump(kind: 'jump' | 'goto', name: string, chains: ReadonlyMap<string, CompiledChain>): CompiledTarget {
  const chain = chains.get(name)
  return chain ? { kind, chain } : unknownTarget(name, `${JSON.stringify(name)} is neither a chain of this text nor a target known here`)
}

/** A jump that closes a loop: the kernel would not have loaded it. */
const LOOP: CompiledTarget = { kind: 'unknown', name: 'loop', doubt: { code: 'chain-loop', message: 'the kernel refuses chains that loop', probability: null, key: null } }

const unknownTarget = (name: string, message: string): CompiledTarget => ({
  kind: 'unknown',
  name,
  doubt: { code: 'unmodelled-target', message, probability: null, key: null },
})
