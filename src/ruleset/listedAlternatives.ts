import { matchExtension } from '../extensions/registry.ts'
import type { Conditions, Match } from '../netfilter/ruleset.ts'
import { printRule } from './print.ts'
import type { RuleMeaning } from './sameListedRules.ts'

/** What one line of a listing may stand for. */
export interface Alternatives {
  /** Every rule that prints the line, in save form; "…" is a value the listing does not show. */
  readonly candidates: readonly string[]
  /** What those ask for that are not the likeliest one in other words; absent: they all ask for the same. */
  readonly differing?: readonly Conditions[]
}

const MOST_VARIANTS = 64

/** All rules that a line with these readings may be, the likeliest reading first; null when it can be only one. */
export function listedAlternatives(readings: readonly RuleMeaning[]): Alternatives | null {
  const variants = readings.flatMap(variantsOf)
  if (variants.length < 2) return null
  const byText = new Map(variants.map((rule) => [printRule(rule), rule]))
  const [first] = variants
  const differing = [...byText.values()].filter((rule) => rule !== first && first && withoutComments(rule) !== withoutComments(first))
  return { candidates: [...byText.keys()], ...(differing.length > 0 && { differing: differing.map(({ ip, matches }) => ({ ip, matches })) }) }
}

function variantsOf(rule: RuleMeaning): RuleMeaning[] {
  if (!rule.matches.some((match) => unlisted(match).length > 0)) return [rule]
  const lists = rule.matches.reduce<readonly (readonly Match[])[]>((made, match) => made.flatMap((list) => [match, ...unlisted(match)].map((each) => [...list, each])).slice(0, MOST_VARIANTS), [[]])
  return lists.map((matches) => ({ ...rule, matches }))
}

function unlisted(match: Match): Match[] {
  if ('verbatim' in match) return []
  const { name, info } = match
  return (matchExtension(name)?.unlisted?.(info) ?? []).map((each) => ({ name, info: each }))
}

const withoutComments = (rule: RuleMeaning): string => printRule({ ...rule, matches: rule.matches.filter(({ name }) => name !== 'comment') })
