import { listAddress, printIp } from '../extensions/ip.ts'
import type { ListingStyle } from '../extensions/listingCursor.ts'
import { matchExtension } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { protocolName } from '../net/protocol.ts'
import type { IpMatch, Match, Rule } from '../netfilter/ruleset.ts'
import { printMatch, printRule } from '../ruleset/print.ts'

/** A condition of a rule, and where it stands in the rule's own text; null: it is not found there. */
export interface ConditionSpan {
  /** In the words a trace says was asked for. */
  readonly asked: string
  readonly span: { readonly start: number; readonly end: number } | null
}

/** The rule's text as its dump has it, else as iptables-save prints it. */
export const ruleText = (rule: Rule): string => rule.text ?? printRule(rule)

/** Every condition of a rule in the order in which the kernel asks for it, each with its place in the user's own text. */
export function conditionSpans(rule: Rule, family: Family): readonly ConditionSpan[] {
  const text = ruleText(rule)
  const taken: { start: number; end: number }[] = []
  return spellings(rule, family).map(({ asked, spelled }) => {
    for (const words of spelled) {
      const span = freeSpan(text, words, taken)
      if (!span) continue
      taken.push(span)
      return { asked, span }
    }
    return { asked, span: null }
  })
}

interface Spelling {
  readonly asked: string
  /** How the condition may stand in a text, the surest first. */
  readonly spelled: readonly string[]
}

const STYLES: readonly ListingStyle[] = ['names', 'numbers']

function spellings({ ip, matches }: Rule, family: Family): readonly Spelling[] {
  const protocol = ip.protocol && !ip.protocol.negated ? ip.protocol.value : null
  return [...ipSpellings(ip, family), ...matches.map((match) => matchSpelling(match, protocol))]
}

function ipSpellings(ip: IpMatch, family: Family): readonly Spelling[] {
  const { source, destination, in: input, out, protocol, fragment } = ip
  const spelling = (asked: readonly string[], spelled: readonly string[]): Spelling => ({ asked: asked.join(' '), spelled: [...asked, ...spelled].filter(Boolean) })
  const address = (condition: IpMatch['source']): string[] => (condition ? STYLES.map((style) => listAddress(condition, family, style)) : [])
  const device = (condition: IpMatch['in']): string[] => (condition ? [`${condition.negated ? '!' : ''}${condition.value}`] : [])
  return [
    ...(source ? [spelling(printIp({ source }), address(source))] : []),
    ...(destination ? [spelling(printIp({ destination }), address(destination))] : []),
    ...(input ? [spelling(printIp({ in: input }), device(input))] : []),
    ...(out ? [spelling(printIp({ out }), device(out))] : []),
    ...(protocol ? [spelling(printIp({ protocol }), [`-p ${protocolName(protocol.value)}`, protocolName(protocol.value), `${protocol.value}`])] : []),
    ...(fragment ? [spelling(printIp({ fragment }), ['-f'])] : []),
  ]
}

function matchSpelling(match: Match, protocol: number | null): Spelling {
  const asked = printMatch(match)
  const saved = asked.replace(/^-m \S+ ?/, '')
  if ('verbatim' in match) return { asked, spelled: [asked, match.verbatim].filter(Boolean) }
  const extension = matchExtension(match.name)
  const listed = extension ? STYLES.map((style) => extension.printListing(match.info, style, protocol).trim()) : []
  return { asked, spelled: [asked, saved, ...listed, `-m ${match.name}`].filter(Boolean) }
}

/** The first place, between blanks, that no other condition has. */
function freeSpan(text: string, words: string, taken: readonly { readonly start: number; readonly end: number }[]): { start: number; end: number } | null {
  for (let start = text.indexOf(words); start >= 0; start = text.indexOf(words, start + 1)) {
    const end = start + words.length
    const bounded = /^\s?$/.test(text.charAt(start - 1)) && /^\s?$/.test(text.charAt(end))
    if (bounded && !taken.some((other) => start < other.end && other.start < end)) return { start, end }
  }
  return null
}
