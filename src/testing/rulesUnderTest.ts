import { kindsOf } from '../analysis/kinds.ts'
import type { Kind } from '../analysis/regionSpace.ts'
import { walkerOf } from '../analysis/walkerOf.ts'
import type { WalkerOf } from '../analysis/walkerOf.ts'
import { parseAddress } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { editRuleset } from '../ruleset/editRuleset.ts'
import type { Question } from '../world/question.ts'
import { readRepaired } from '../world/readRepaired.ts'

export interface RulesOptions {
  /** Addresses of the pod itself. */
  readonly podIps?: readonly string[]
  /** The Istio version of the proxy: "1.20". */
  readonly istio?: string
}

/** A rule set in its namespace, ready to be asked. */
export class RulesUnderTest {
  readonly question: Omit<Question, 'connection'>
  readonly walkerOf: WalkerOf
  /** What was noticed in the text: what its form has lost, what is not known. */
  readonly diagnostics: readonly Diagnostic[]

  constructor(question: Omit<Question, 'connection'>, diagnostics: readonly Diagnostic[] = []) {
    this.question = question
    this.diagnostics = diagnostics
    this.walkerOf = walkerOf(question)
  }

  /** From outside and made here; TCP, UDP and pings, of every family that has rules. */
  get kinds(): readonly Kind[] {
    return kindsOf(this.question.state.rulesets)
  }

  /** The same after iptables commands ("-t nat -D ISTIO_OUTPUT 3"). Throws where one cannot be carried out. */
  edited(...commands: readonly string[]): RulesUnderTest {
    const rulesets = this.question.state.rulesets.map((ruleset) => {
      const { value, diagnostics } = editRuleset(ruleset, commands)
      if (diagnostics[0]) throw new Error(diagnostics[0].message)
      return value
    })
    return new RulesUnderTest({ ...this.question, state: { ...this.question.state, rulesets } }, this.diagnostics)
  }
}

/** Reads a dump or a transcript, the first state of the rules it shows, ready to be walked (see readRepaired). Throws where it shows none. */
export function rulesOf(text: string, { podIps = [], istio }: RulesOptions = {}): RulesUnderTest {
  const { value, diagnostics } = readRepaired([{ name: 'rules', text }])
  const [state] = value.states
  if (!state) throw new Error('no iptables rules were recognised in the text')
  const podAddresses = podIps.map((each) => {
    const address = parseAddress(each)
    if (!address) throw new Error(`${JSON.stringify(each)} is no IP address`)
    return address
  })
  return new RulesUnderTest({ state, facts: value.facts, given: { podAddresses, istioVersion: istio ?? null } }, diagnostics)
}
