import type { IpMatch, Rule } from '../../../src/netfilter/ruleset.ts'
import type { Form, Row } from './rows.ts'
import { FORMS } from './rows.ts'

/** Something a form does not say; a row it applies to may read back otherwise. */
export interface Loss {
  readonly name: string
  applies(row: Row, form: Form, rule: Rule): boolean
  /** The rule without what is lost: all that is left must agree. Absent: nothing can be compared. */
  forget?(rule: Rule): Rule
}

const without = (rule: Rule, ...keys: readonly (keyof IpMatch)[]): Rule => ({ ...rule, ip: Object.fromEntries(Object.entries(rule.ip).filter(([key]) => !keys.some((each) => each === key))) })

const withoutMatch = (rule: Rule, name: string): Rule => ({ ...rule, matches: rule.matches.filter((match) => match.name !== name) })

/** "!anywhere" stays unread. */
const withoutNotAnywhere = (rule: Rule): Rule => ({ ...rule, matches: rule.matches.filter((match) => !('verbatim' in match && match.verbatim === '!anywhere')) })

const interfaceNames = ({ ip }: Rule): readonly string[] => [ip.in, ip.out].flatMap((condition) => (condition && !condition.negated ? [condition.value] : []))

const unspecified = (value: string | undefined): boolean => value?.startsWith('::/') === true

const has = (rule: Rule, ...names: readonly string[]): boolean => rule.matches.some((match) => names.includes(match.name))

/** What the listing of 1.8.9 loses against the save. */
export const LISTING_LOSSES: readonly Loss[] = [
  { name: 'without -v there are no interfaces', applies: (_, form, { ip }) => FORMS[form].detail === 'plain' && (ip.in !== undefined || ip.out !== undefined), forget: (rule) => without(rule, 'in', 'out') },
  { name: 'without -n the IPv6 address :: is "anywhere" under any mask', applies: ({ family }, form, { ip }) => family === 6 && FORMS[form].style === 'names' && (unspecified(ip.source?.value) || unspecified(ip.destination?.value)), forget: (rule) => withoutNotAnywhere(without(rule, 'source', 'destination')) },
  { name: 'an interface named "any", "*" or "!x" looks like none, or like a negated one', applies: (_, __, rule) => interfaceNames(rule).some((name) => name === 'any' || name === '*' || name.startsWith('!')), forget: (rule) => without(rule, 'in', 'out') },
  { name: 'a comment with a newline spans two lines', applies: (row, form) => row[form].includes('\n') },
  { name: 'a comment is not escaped', applies: (row) => row.save.includes('*/') },
  { name: 'a match without its blank is glued to the one before it', applies: (row, form) => /\S(match bpf|eui64) /.test(row[form]), forget: (rule) => ({ ...rule, matches: [] }) },
  { name: 'hashlimit has no name', applies: (_, __, rule) => has(rule, 'hashlimit'), forget: (rule) => withoutMatch(rule, 'hashlimit') },
  { name: 'a negated quota is a plain one', applies: (row) => row.save.includes('! --quota'), forget: (rule) => withoutMatch(rule, 'quota') },
  { name: 'osf has neither ttl nor log', applies: (_, __, rule) => has(rule, 'osf'), forget: (rule) => withoutMatch(rule, 'osf') },
  { name: 'dccp does not show all ports', applies: (_, __, rule) => has(rule, 'dccp'), forget: (rule) => withoutMatch(rule, 'dccp') },
  { name: 'time does not show its default end', applies: (_, __, rule) => has(rule, 'time'), forget: (rule) => withoutMatch(rule, 'time') },
]

/** What the save of 1.8.9 loses against the rule, which its listing still shows. */
export const SAVE_LOSSES: readonly Loss[] = [
  { name: 'iptables-legacy-save drops "-i +" and "! -i +"', applies: (row, form) => row.backend === 'legacy' && FORMS[form].detail === 'verbose' && / !?\+ /.test(row[form]), forget: (rule) => without(rule, 'in', 'out') },
  { name: 'a save says "any" for ICMP type 255 whatever its code', applies: (row, form) => row.save.includes('--icmp-type any') && / code \d/.test(row[form]), forget: (rule) => withoutMatch(rule, 'icmp') },
  { name: 'a save drops a negated range of all values', applies: (row, form) => / \w+:!0:(65535|4294967295)\b/.test(row[form]) },
]

/** What no rule says: the listing had it from the machine it was made on. */
export const MACHINE_LOSSES: readonly Loss[] = [
  { name: 'users and groups have the names they had on that machine', applies: (_, form, rule) => FORMS[form].style === 'names' && has(rule, 'owner'), forget: (rule) => withoutMatch(rule, 'owner') },
]

/** The losses that apply to a row in a form. */
export const lossesOf = (losses: readonly Loss[], row: Row, form: Form, rule: Rule): readonly Loss[] => losses.filter((loss) => loss.applies(row, form, rule))

/** What is left of a rule without all that is lost; null when a loss leaves nothing to compare. */
export function remaining(losses: readonly Loss[], rule: Rule): Rule | null {
  let left: Rule | null = rule
  for (const loss of losses) left = left && loss.forget ? loss.forget(left) : null
  return left
}
