import type { Family } from '../net/address.ts'
import { parsePrefix } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { spanOf } from '../ruleset/sourceLine.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { ByFamily } from './hostFacts.ts'
import type { PolicyRule } from './netns.ts'
import type { RouteTableNames } from './routeTableNames.ts'
import type { SectionReader } from './sectionReader.ts'

type Draft = { -readonly [Key in keyof PolicyRule]: PolicyRule[Key] }

/** What stops a rule from being understood, as a word of its text. */
type Problem = string | null

/** Reads `ip rule` and `ip -6 rule` (ip-rule(8)). */
export class PolicyRuleReader implements SectionReader {
  private readonly rules: Record<4 | 6, PolicyRule[] | null> = { 4: null, 6: null }
  private family: Family = 4

  constructor(private readonly tables: RouteTableNames, private readonly diagnostics: Diagnostic[]) {}

  /** A command of this family was seen: a list begins, which replaces an earlier one. */
  begin(family: Family): void {
    this.family = family
    this.rules[family] = []
  }

  read(source: SourceLine): boolean {
    const line = /^\s*(\d+):\s+((?:not\s+)?from\s.*)$/.exec(source.text)
    if (!line) return false
    if (Number(line[1]) === 0) this.firstRule()
    const draft: Draft = { family: this.familyOf(line[2] ?? ''), priority: Number(line[1]), negated: false, from: null, to: null, mark: null, in: null, out: null, uids: null, unread: null, action: { kind: 'nop' } }
    const problem = this.selectors(draft, (line[2] ?? '').trim().split(/\s+/))
    if (problem !== null) this.unmodelled(draft, problem, source)
    const list = (this.rules[draft.family] ??= [])
    list.push(draft)
    return true
  }

  value(): ByFamily<readonly PolicyRule[] | null> {
    return this.rules
  }

  /** Without a command above it, a second list is that of IPv6. */
  private firstRule(): void {
    if (this.rules[this.family]?.some((rule) => rule.priority === 0)) this.begin(this.family === 4 ? 6 : 4)
  }

  /** A selector may tell it. */
  private familyOf(selectors: string): Family {
    return /\s[\da-f]*:[\da-f:.]*(\/\d+)?\s/i.test(`${selectors} `) ? 6 : this.family
  }

  private unmodelled(draft: Draft, problem: string, source: SourceLine): void {
    draft.unread = problem
    const message = `this policy rule's ${JSON.stringify(problem)} is not modelled; whether it applies is unknown`
    this.diagnostics.push({ code: 'unmodelled-policy-rule', severity: 'warning', message, span: spanOf(source) })
  }

  private selectors(draft: Draft, words: readonly string[]): Problem {
    let problem: Problem = words.some((word) => isAction(word)) ? null : 'missing action'
    for (let at = 0; at < words.length; ) {
      const [word = '', argument = ''] = words.slice(at, at + 2)
      const taken = this.selector(draft, word, argument)
      if (taken === 0) problem ??= word
      at += Math.max(1, taken)
    }
    return problem
  }

  /** How many words it took; 0 when they are not understood. */
  private selector(draft: Draft, word: string, argument: string): number {
    switch (word) {
      case 'not': draft.negated = true; return 1
      case 'from': draft.from = selectorPrefix(argument); return understood(draft.from, argument)
      case 'to': draft.to = selectorPrefix(argument); return understood(draft.to, argument)
      case 'fwmark': draft.mark = maskedMark(argument); return draft.mark ? 2 : 0
      case 'iif': draft.in = argument; return 2
      case 'oif': draft.out = argument; return 2
      case 'uidrange': draft.uids = uidRange(argument); return draft.uids ? 2 : 0
      case 'lookup': case 'table': draft.action = { kind: 'lookup', table: this.tables.number(argument), suppress: null }; return 2
      case 'suppress_prefixlength': return suppressing(draft, argument)
      case 'goto': draft.action = { kind: 'goto', priority: Number(argument) }; return /^\d+$/.test(argument) ? 2 : 0
      case 'blackhole': case 'unreachable': case 'prohibit': case 'nop': draft.action = { kind: word }; return 1
      case 'proto': case 'protocol': return 2
      default: return 0
    }
  }
}

/** It stands behind the table. */
function suppressing(draft: Draft, argument: string): number {
  if (draft.action.kind !== 'lookup' || !/^\d+$/.test(argument)) return 0
  draft.action = { ...draft.action, suppress: Number(argument) }
  return 2
}

const isAction = (word: string): boolean => ['lookup', 'table', 'blackhole', 'unreachable', 'prohibit', 'goto', 'nop', 'masquerade'].includes(word)

const selectorPrefix = (text: string): Prefix | null => (text === 'all' ? null : parsePrefix(text))

const understood = (prefix: Prefix | null, text: string): number => (prefix !== null || text === 'all' ? 2 : 0)

const NUMBER = /^(0x[\da-f]{1,8}|\d{1,10})$/i

function maskedMark(text: string): PolicyRule['mark'] {
  const [value = '', mask = '0xffffffff', ...more] = text.split('/')
  return NUMBER.test(value) && NUMBER.test(mask) && more.length === 0 ? { value: Number(value), mask: Number(mask) } : null
}

function uidRange(text: string): PolicyRule['uids'] {
  const range = /^(\d+)-(\d+)$/.exec(text)
  return range && { first: Number(range[1]), last: Number(range[2]) }
}
