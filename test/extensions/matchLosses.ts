import type { Match, Rule } from '../../src/netfilter/ruleset.ts'
import type { Form, Row } from './matchRows.ts'

/** What a text of iptables 1.8.9 does not tell. Two rules that are equal once it is forgotten on both sides are told apart by nothing in the text. */
export interface Loss {
  readonly name: string
  readonly why: string
  /** Where it may be lost; absent: in any listing. */
  in?(row: Row, form: Form): boolean
  forget(rule: Rule): Rule
}

type Info = Record<string, unknown>

const infoOf = (match: Match): Info | null => ('info' in match && typeof match.info === 'object' ? { ...match.info } : null)

/** Rewrites the info of every match of these names. */
const inMatches = (names: readonly string[], change: (info: Info) => Info) => (rule: Rule): Rule => ({
  ...rule,
  matches: rule.matches.map((match) => {
    const info = names.includes(match.name) ? infoOf(match) : null
    return info ? { name: match.name, info: change(info) } : match
  }),
})

const without = (...keys: readonly string[]) => (info: Info): Info => Object.fromEntries(Object.entries(info).filter(([key]) => !keys.includes(key)))

const isFull = (value: unknown): boolean => ['{"first":0,"last":65535}', '"0:4294967295"', '"0:255"'].includes(JSON.stringify(value))

const condition = (value: unknown): { value: unknown; negated: unknown } | null =>
  typeof value === 'object' && value !== null && 'value' in value && 'negated' in value ? { value: value.value, negated: value.negated } : null

const withoutFull = (negated: 'plain' | 'negated') => (info: Info): Info =>
  Object.fromEntries(Object.entries(info).filter(([, value]) => { const found = condition(value); return !(found && isFull(found.value) && found.negated === (negated === 'negated')) }))

const withoutInterfaces = (rule: Rule): Rule => {
  const { in: input, out, ...ip } = rule.ip
  void input
  void out
  return { ...rule, ip }
}

/** A name stands for an address whose length it does not tell. */
const unnamed = (text: unknown): unknown => (typeof text === 'string' ? text.replace(/^(::|0\.0\.0\.0)\/\d+$/, 'anywhere') : text)

const withoutLengths = (rule: Rule): Rule => {
  const { source, destination, ...ip } = rule.ip
  const nameless = (address: typeof source): object | undefined => address && { ...address, value: unnamed(address.value) }
  const any = (address: object | undefined): boolean => address === undefined || JSON.stringify(address) === '{"value":"anywhere","negated":false}'
  const cells = { ...(!any(nameless(source)) && { source: nameless(source) }), ...(!any(nameless(destination)) && { destination: nameless(destination) }) }
  const forgotten: Rule = { ...rule, ip: { ...ip, ...(cells.source && source && { source: { ...source, value: `${unnamed(source.value)}` } }), ...(cells.destination && destination && { destination: { ...destination, value: `${unnamed(destination.value)}` } }) } }
  return inMatches(['conntrack'], (info) => Object.fromEntries(Object.entries(info).map(([key, value]) => { const found = condition(value); return [key, found ? { value: unnamed(found.value), negated: found.negated } : value] })))(forgotten)
}

const named = (_: Row, form: Form): boolean => form === 'list' || form === 'list_v' || form === 'list_vx_num'

const ranges = ['tcp', 'udp', 'sctp', 'dccp', 'ah', 'esp', 'ipcomp', 'frag', 'rt', 'mh']

const withoutNegatedAny = (rule: Rule): Rule => {
  const { source, destination, ...ip } = rule.ip
  const shown = (address: typeof source): typeof source => (address?.negated === true && address.value.startsWith('::/') ? undefined : address)
  const [from, to] = [shown(source), shown(destination)]
  return { ...rule, ip: { ...ip, ...(from && { source: from }), ...(to && { destination: to }) }, matches: rule.matches.filter((match) => !('verbatim' in match && match.verbatim === '!anywhere')) }
}

/** Lost by listings (RULE-TEXT: "What listings lose against save"), and by saves of 1.8.9 where the listing says more. */
export const LOSSES: readonly Loss[] = [
  { name: 'no-interfaces', why: 'without -v a listing has no in and out columns', in: (_, form) => form === 'list' || form === 'list_n', forget: withoutInterfaces },
  {
    name: 'interface-spelling',
    why: '"-i +" and "! -i +" leave legacy saves but not its listings; an interface named "!x", "any" or "*" lists as "! x" or as none; 1.6.2-nft lists eth+ as eth',
    in: (row, form) => /-[io] (!|any|\*)/.test(row.save) || /(^| )!?\+ /.test(row[form] ?? '') || row.version === '1.6.2',
    forget: withoutInterfaces,
  },
  { name: 'not-anywhere', why: 'without -n IPv6\'s "!anywhere" is any of three prefixes: unknown, and said so', in: (row, form) => named(row, form) && (row[form] ?? '').includes('!anywhere'), forget: withoutNegatedAny },
  { name: 'address-names', why: 'without -n "anywhere" hides a prefix length', in: named, forget: withoutLengths },
  { name: 'owner-names', why: 'without -n ids print as names of the machine', in: named, forget: inMatches(['owner'], without('uid', 'gid')) },
  { name: 'hashlimit-name', why: '--hashlimit-name is not listed', forget: inMatches(['hashlimit'], without('name')) },
  { name: 'quota-negation', why: '! --quota lists as --quota', forget: inMatches(['quota'], () => ({})) },
  { name: 'osf-ttl-log', why: '--ttl and --log of osf are not listed', forget: inMatches(['osf'], without('ttl', 'log')) },
  { name: 'dccp-all-ports', why: 'a range of all ports is saved by dccp and sctp but not listed', forget: inMatches(['dccp', 'sctp'], withoutFull('plain')) },
  { name: 'save-drops-no-ports', why: 'a negated full range ("! --sport 0:65535") is listed but not saved', forget: inMatches(ranges, withoutFull('negated')) },
  { name: 'eui64-nft', why: 'iptables-nft lists nothing for eui64', in: (row) => row.backend === 'nft', forget: (rule) => ({ ...rule, matches: rule.matches.filter((match) => match.name !== 'eui64') }) },
  { name: 'string-or-hex', why: '--string "|00|" and --hex-string "|00|" list alike', forget: inMatches(['string'], without('pattern')) },
]

/** Listings that run two values into one word or name two units at once: kept as text, unknown in a walk. */
export const UNREADABLE: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'ah-spi-runs-into-length', pattern: /ah spis?:!?[\d:]+length:/ },
  { name: 'rateest-both-units', pattern: /rateest match \S+ (delta )?bps .*pps/ },
  { name: 'netmap-runs-into-match', pattern: /NETMAP (?!.* to:)/ },
]

/** Saves that say less than the kernel's rule, so that the listing of what was saved is another. */
export const UNSAVED: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'save-drops-no-ports', pattern: /!0:(65535|4294967295)/ },
  { name: 'icmp-any-with-code', pattern: /icmptype 255 code/ },
  { name: 'owner-names', pattern: /owner [UG]ID match [a-z]/ },
]
