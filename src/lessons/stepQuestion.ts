import { readTranscript } from '../host/readTranscript.ts'
import { istioRules } from '../istio/rules.ts'
import { parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Rule, Ruleset } from '../netfilter/ruleset.ts'
import { editRuleset } from '../ruleset/editRuleset.ts'
import { printRule } from '../ruleset/print.ts'
import type { Connection } from '../world/connection.ts'
import type { Question } from '../world/question.ts'
import type { Lesson, LessonConnection, LessonNamespace, LessonRules, LessonStep } from './lesson.ts'

/** What a lesson's step asks the engine: its rules made and read, its connection. */
export function stepQuestion({ id, namespaces }: Pick<Lesson, 'id' | 'namespaces'>, step: LessonStep): Question {
  const namespace = namespaces[step.namespace]
  if (!namespace) throw new Error(`lesson ${id} has no namespace ${step.namespace}`)
  const { rules, addresses } = namespace
  const { states: [shown], facts } = readTranscript([{ name: id, text: transcript(namespace) }]).value
  const rulesets = rules.from === 'istio' ? [istioRuleset(rules, addresses)] : shown?.rulesets
  if (!rulesets) throw new Error(`lesson ${id} has no rules in ${step.namespace}`)
  return { state: { rulesets: rulesets.map(asSaved), dumps: [] }, facts, given: { podAddresses: addresses.map(addressOf), istioVersion: rules.from === 'istio' ? rules.version : null }, connection: connectionOf(step.connection) }
}

const transcript = ({ rules, session = '' }: LessonNamespace): string => (rules.from === 'save' ? `${session}$ iptables-save\n${rules.text}` : session)

function istioRuleset({ version, mode, args, nameservers = [], edits = [] }: Extract<LessonRules, { from: 'istio' }>, podIps: readonly string[]): Ruleset {
  const made = istioRules({ version, family: 4, args, nameservers, podIps, ...(mode === 'ambient' && { ambient: {} }) }).value
  if (!made) throw new Error(`Istio ${version} makes no rules of a lesson's arguments`)
  const { value, diagnostics: [failed] } = editRuleset(made.ruleset, edits)
  if (failed) throw new Error(failed.message)
  return value
}

/** Every rule as iptables-save prints it, wherever it came from: so a lesson's text and its trace show the same. */
const asSaved = ({ family, tables }: Ruleset): Ruleset => ({
  family,
  tables: tables.map((table) => ({ ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => savedRule(chain.name, rule)) })) })),
})

const savedRule = (chain: string, rule: Rule): Rule => {
  const { ip, matches, target, because } = rule
  return { ip, matches, target, text: `-A ${chain} ${printRule(rule)}`, ...(because && { because }) }
}

function connectionOf({ from, to, port, proto }: LessonConnection): Connection {
  const dialled = typeof from === 'string' ? { origin: 'remote' as const, src: addressOf(from), uid: 0, gid: 0 } : { origin: 'local' as const, src: null, ...from }
  return { ...dialled, proto, sport: null, dst: addressOf(to), dport: port, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' }
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (!address) throw new Error(`${text} is no address`)
  return address
}
