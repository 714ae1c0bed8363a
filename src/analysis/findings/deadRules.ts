import { targetExtension } from '../../extensions/registry.ts'
import type { Recognised } from '../../istio/recognise/recognised.ts'
import type { Rule, Ruleset, Table } from '../../netfilter/ruleset.ts'
import { printRule } from '../../ruleset/print.ts'
import { captureOf } from '../../world/detectProfile.ts'
import { TableWalk } from '../tableReach.ts'
import type { DeadRule, RuleAt } from '../tableReach.ts'
import { difference, PacketSpace } from '../packetSpace.ts'
import type { Family } from '../../net/address.ts'
import { ruleDistinctions } from '../../ruleset/ruleDistinctions.ts'
import type { Finding } from './finding.ts'

/** Larger tables are not looked through rule by rule. */
const MOST_RULES = 3000

/** Rules and chains no packet can reach. What Istio itself makes so is its own affair, and only told. */
export function deadRules(rulesets: readonly Ruleset[], recognised: Recognised | null): readonly Finding[] {
  return rulesets.flatMap((ruleset) => ruleset.tables.flatMap((table) => ofTable(ruleset, table, recognised)))
}

function ofTable(ruleset: Ruleset, table: Table, recognised: Recognised | null): readonly Finding[] {
  const { family } = ruleset
  const size = table.chains.reduce((sum, { rules }) => sum + rules.length, 0)
  const { dead, unreachable, complete } = size > MOST_RULES ? NOT_LOOKED : new TableWalk(family, table).run()
  const istios = dead.length + unreachable.length > 0 && recognised && complete ? istiosOwn(ruleset, table, recognised) : NOBODYS
  const place = `${family === 6 ? 'IPv6 ' : ''}${table.name}`
  if (!complete) return [{ code: 'reach-unknown', severity: 'info', message: `${place}: which of its rules can be reached was not looked into (it loops, has more than ${MOST_RULES} rules, or falls into too many cases)`, proof: { kind: 'reason', text: 'not looked into' }, fix: 'nothing to do', span: null }]
  return [
    ...dead.flatMap((each) => {
      const exclusion = exclusionOf(ruleset.family, table, each)
      return exclusion ? [excludedAndIncluded(place, each, exclusion, istios.rules.has(each.rule) ? 'istio-' : '')] : deadFindings(place, each, istios.rules.has(each.rule))
    }),
    ...unreachable.flatMap((name) => unreachableFinding(place, table, name, istios.chains.has(name))),
  ]
}

const NOT_LOOKED = { dead: [], unreachable: [], complete: false } as const

/** What no packet reached before others' rules came in. */
interface IstiosOwn {
  readonly rules: ReadonlySet<Rule>
  readonly chains: ReadonlySet<string>
}

const NOBODYS: IstiosOwn = { rules: new Set(), chains: new Set() }

function istiosOwn({ family }: Ruleset, table: Table, { foreign, missing, moved }: Recognised): IstiosOwn {
  const here = { family, table: table.name }
  if ([...missing, ...moved].some((each) => each.family === here.family && each.table === here.table)) return NOBODYS
  const others = new Set(foreign.map(({ rule }) => rule))
  const { dead, unreachable } = new TableWalk(family, { ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.filter((rule) => !others.has(rule)) })) }).run()
  return { rules: new Set(dead.filter(({ chain }) => chain.startsWith('ISTIO_')).map(({ rule }) => rule)), chains: new Set(unreachable.filter((name) => name.startsWith('ISTIO_'))) }
}

function deadFindings(place: string, { chain, number, rule, takenBy }: DeadRule, istios: boolean): readonly Finding[] {
  const text = printRule(rule)
  const takers = takenBy.map(named).join('; ')
  const proof = { kind: 'reason', text: takenBy.length > 0 ? `all packets it asks for are taken before it, by ${takers}` : 'no packet that comes to its chain has what it asks for' } as const
  const span = rule.span ?? null
  const finding: Finding = istios
    ? { code: 'istio-dead-rule', severity: 'info', message: `${place} ${chain} rule ${number} (${text}) matches no packet: Istio makes it so`, proof, fix: 'nothing to do', span }
    : { code: 'dead-rule', severity: 'warning', message: `${place} ${chain} rule ${number} (${text}) matches no packet`, proof, fix: takenBy.length > 0 ? 'remove it, or put it before the rules that take its packets' : 'remove it, or see what it was meant to ask for', span }
  const packets = rule.counters?.packets ?? 0
  return packets === 0 ? [finding] : [finding, { code: 'counters-contradict', severity: 'info', message: `${place} ${chain} rule ${number} counts ${packets} packets, though none can reach it now`, proof, fix: 'the rules before it have changed since, or the counters are older', span }]
}

/** Arguments that name a port or a network twice: a rule would hand its packets to the proxy, and one before it lets all of them alone. */
function exclusionOf(family: Family, table: Table, { rule, takenBy }: DeadRule): RuleAt | null {
  if (!leadsToProxy(table, rule) || !namesWhereTo(rule)) return null
  const space = new PacketSpace(family, table)
  const box = space.boxOf(rule)
  return takenBy.find(({ rule: taker }) => {
    const taken = returns(taker) && namesWhereTo(taker) ? space.boxOf(taker) : null
    return box !== null && taken !== null && difference(box, taken, space).length === 0
  }) ?? null
}

const returns = ({ target }: Rule): boolean => target?.kind === 'extension' && targetExtension(target.name)?.ends === 'returns'

const namesWhereTo = (rule: Rule): boolean => ruleDistinctions(rule).flat().some(({ of }) => of === 'dst' || of === 'dport')

/** It turns packets to a port of this host, or jumps to a chain that does. */
function leadsToProxy({ chains }: Table, rule: Rule): boolean {
  const { target } = rule
  const met = target && 'chain' in target ? (chains.find(({ name }) => name === target.chain)?.rules ?? []) : [rule]
  return met.some((each) => captureOf(each) !== null)
}

function excludedAndIncluded(place: string, { chain, number, rule }: DeadRule, exclusion: RuleAt, whose: 'istio-' | ''): Finding {
  return {
    code: `${whose}excluded-and-included`, severity: whose === '' ? 'warning' : 'info', message: `${place} ${chain} rule ${number} (${printRule(rule)}) would hand to the proxy what is excluded before it: the exclusion holds`,
    proof: { kind: 'reason', text: `all packets it asks for are let alone by ${named(exclusion)}` }, fix: 'take the port or the network out of one of the two lists (includeOutboundPorts and excludeOutboundPorts, …)', span: rule.span ?? null,
  }
}

const named = ({ chain, number, rule }: RuleAt): string => `${chain} rule ${number} (${printRule(rule)})`

function unreachableFinding(place: string, { chains }: Table, name: string, istios: boolean): readonly Finding[] {
  const chain = chains.find((each) => each.name === name)
  if (!chain || chain.rules.length === 0) return []
  const proof = { kind: 'reason', text: 'no rule that a packet can reach jumps to it' } as const
  const message = `${place}: nothing leads to the chain ${name}, so its ${chain.rules.length === 1 ? 'rule matches' : `${chain.rules.length} rules match`} no packet`
  return istios
    ? [{ code: 'istio-unreachable-chain', severity: 'info', message: `${message}: Istio makes it so`, proof, fix: 'nothing to do', span: chain.span ?? null }]
    : [{ code: 'unreachable-chain', severity: 'warning', message, proof, fix: 'jump to it, or remove it', span: chain.span ?? null }]
}
