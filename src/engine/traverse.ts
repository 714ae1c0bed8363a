import { printEndpoint } from '../net/address.ts'
import type { Effect } from '../extensions/effect.ts'
import type { MatchContext } from '../extensions/matchContext.ts'
import type { CompiledChain, CompiledRule, CompiledTarget } from '../ruleset/compile.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Unknown } from '../netfilter/ternary.ts'
import type { RulePlace, TraceStep } from '../netfilter/traceEvent.ts'
import type { RuleVerdict, Verdict } from '../netfilter/verdict.ts'
import type { Kernel } from './kernel.ts'

/** Where a jump came from: the walk goes on behind this rule, and then where that chain was jumped to from. */
interface Frame {
  readonly chain: CompiledChain
  readonly next: number
  readonly below: Frame | null
}

/** Carries out what targets ask for; the verdict is known before, so that a trace names the rule first. */
export interface EffectApplier {
  verdictOf(effect: Effect): RuleVerdict
  apply(effect: Effect): void
}

/** ipt_do_table: walks a table's base chain and what it jumps to. */
export function traverse(kernel: Kernel, base: CompiledChain, context: MatchContext, applier: EffectApplier): Verdict {
  let stack: Frame | null = null
  let chain = base
  let next = 0
  for (;;) {
    if (kernel.tell === null) next = skipped(kernel, chain, next)
    const rule = chain.rules[next]
    next += 1
    const verdict = rule === undefined ? 'RETURN' : runRule(kernel, chain, rule, context, applier)
    if (verdict === 'CONTINUE') continue
    if (typeof verdict === 'object') {
      // A goto does not push: what ends the chain gone to returns to whoever jumped before.
      if (verdict.kind === 'jump') stack = { chain, next, below: stack }
      chain = verdict.chain
      next = 0
    } else if (verdict === 'RETURN') {
      if (!stack) return policy(kernel, base, context.hook)
      if (rule === undefined) kernel.tell?.({ kind: 'chainEnded', hook: context.hook, table: chain.table, chain: chain.name, to: stack.chain.name })
      chain = stack.chain
      next = stack.next
      stack = stack.below
    } else return verdict
  }
}

/** The next rule that is not for another host. */
function skipped({ skb, environment }: Kernel, chain: CompiledChain, from: number): number {
  const { index } = chain
  if (index === null) return from
  const to = index.next(from, skb[index.end])
  if (to > from) environment.skipped?.(index, skb)
  return to
}

type Jump = Extract<CompiledTarget, { kind: 'jump' | 'goto' }>

function runRule(kernel: Kernel, chain: CompiledChain, rule: CompiledRule, context: MatchContext, applier: EffectApplier): RuleVerdict | Jump {
  if (!matches(kernel, chain, rule, context)) return 'CONTINUE'
  const { target } = rule
  switch (target.kind) {
    case 'none':
      kernel.tell?.(matched({ chain, rule, hook: context.hook }, 'CONTINUE', null))
      return 'CONTINUE'
    case 'jump':
    case 'goto':
      kernel.tell?.(matched({ chain, rule, hook: context.hook }, `${target.kind.toUpperCase()} ${target.chain.name}`, target.chain.name))
      return target
    case 'unknown':
      kernel.tell?.(matched({ chain, rule, hook: context.hook }, 'CONTINUE', target.name))
      return unknownVerdict(kernel, target.doubt.message, target.name)
    case 'action': return runTarget(kernel, chain, rule, context, applier)
  }
}

function runTarget(kernel: Kernel, chain: CompiledChain, rule: CompiledRule, context: MatchContext, applier: EffectApplier): RuleVerdict {
  const { target } = rule
  if (target.kind !== 'action') throw new Error('only an action is run')
  kernel.environment.noted?.(rule, rule.tests.length, kernel.skb)
  const effect = target.action(kernel.skb, context)
  if (effect.kind === 'unknown') {
    kernel.tell?.(matched({ chain, rule, hook: context.hook }, 'CONTINUE', target.name))
    return unknownVerdict(kernel, effect.doubt.message, target.name)
  }
  const verdict = applier.verdictOf(effect)
  kernel.tell?.(matched({ chain, rule, hook: context.hook }, verdict, target.name))
  applier.apply(effect)
  return verdict
}

/** A target without semantics may let the packet go on, take it out of the table, or drop it: the walk forks three ways. */
function unknownVerdict(kernel: Kernel, message: string, name: string): RuleVerdict {
  const doubt = (what: string, key: string): Unknown => ({ code: 'unmodelled-target', message: `${message}; here: ${what}`, probability: null, key: `${name}:${key}` })
  if (kernel.decide(doubt('the rule behind it is next', 'continue'))) return 'CONTINUE'
  return kernel.decide(doubt('it accepts', 'accept')) ? 'ACCEPT' : 'DROP'
}

/** Kleene's and over the rule's tests, in order; a later certain miss outweighs an earlier doubt. */
function matches(kernel: Kernel, chain: CompiledChain, rule: CompiledRule, context: MatchContext): boolean {
  for (let i = 0; i < rule.tests.length; i += 1) {
    const test = rule.tests[i]
    kernel.environment.noted?.(rule, i, kernel.skb)
    const result = test ? test.test(kernel.skb, context) : true
    if (result === true) continue
    if (result === false) return miss(kernel, chain, rule, i, context)
    const missed = certainMiss(rule, i + 1, kernel, context)
    if (missed !== null) return miss(kernel, chain, rule, missed, context)
    if (!kernel.decide(connectionWide(result, kernel, chain, rule, i))) return miss(kernel, chain, rule, i, context)
  }
  return true
}

/** What is not known of a condition is the same for every packet of a connection that goes one way; dice fall anew each time. */
function connectionWide(doubt: Unknown, kernel: Kernel, chain: CompiledChain, rule: CompiledRule, test: number): Unknown {
  if (doubt.key !== null || doubt.probability !== null) return doubt
  const { src, sport, dst, dport } = kernel.skb
  return { ...doubt, key: `${chain.table}:${chain.name}:${rule.number}:${test} ${printEndpoint(src, sport)} ${printEndpoint(dst, dport)}` }
}

function certainMiss(rule: CompiledRule, from: number, kernel: Kernel, context: MatchContext): number | null {
  const at = rule.tests.findIndex(({ test, stateful }, i) => {
    if (i < from || stateful) return false
    kernel.environment.noted?.(rule, i, kernel.skb)
    return test(kernel.skb, context) === false
  })
  return at < 0 ? null : at
}

function miss(kernel: Kernel, chain: CompiledChain, rule: CompiledRule, at: number, context: MatchContext): false {
  if (kernel.tell === null) return false
  const test = rule.tests[at]
  kernel.tell({ kind: 'ruleMissed', hook: context.hook, place: placeOf(chain, rule), asked: test?.asked ?? '', seen: test?.seen(kernel.skb, context) ?? '' })
  return false
}

const placeOf = (chain: CompiledChain, { number, rule }: CompiledRule): RulePlace => ({ table: chain.table, chain: chain.name, number, rule })

/** A rule met at a hook. */
interface Visit {
  readonly chain: CompiledChain
  readonly rule: CompiledRule
  readonly hook: Hook
}

const matched = ({ chain, rule, hook }: Visit, verdict: string, target: string | null): TraceStep => ({ kind: 'ruleMatched', hook, place: placeOf(chain, rule), verdict, target })

function policy(kernel: Kernel, base: CompiledChain, hook: Hook): Verdict {
  const verdict = base.policy ?? 'ACCEPT'
  kernel.tell?.({ kind: 'policyApplied', hook, table: base.table, chain: base.name, verdict })
  return verdict
}

