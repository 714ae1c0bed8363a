import { printEndpoint } from '../../net/address.ts'
import { and, not } from '../../netfilter/ternary.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'

type Comparison = 'eq' | 'lt' | 'gt'

interface CounterTest extends Negatable<string> {
  readonly what: 'packets' | 'bytes'
  readonly comparison: Comparison
}

interface SetMatch extends Negatable<string> {
  /** "src", "dst" for each dimension of the set. */
  readonly fields: readonly string[]
  readonly returnNomatch?: true
  readonly keepCounters?: true
  readonly keepSubcounters?: true
  readonly counters: readonly CounterTest[]
}

const COUNTERS = (['packets', 'bytes'] as const).flatMap((what) => (['eq', 'lt', 'gt'] as const).map((comparison) => ({ what, comparison })))

/** Counters are 64 bits wide, so they stay text. */
const isCount = (text: string): boolean => /^\d{1,20}$/.test(text)

function parseCounters(options: OptionReader): CounterTest[] {
  return COUNTERS.flatMap(({ what, comparison }): CounterTest[] => {
    const option = options.take(`--${what}-${comparison}`)
    if (!option) return []
    if (!isCount(options.word(option))) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a number`)
    return [{ what, comparison, value: options.word(option), negated: option.negated }]
  })
}

function parse(options: OptionReader): SetMatch {
  const option = options.take('--match-set', '--set')
  const [name, fields] = option?.args ?? []
  const directions = fields?.text.split(',') ?? []
  if (!option || !name || !fields || !directions.every((each) => each === 'src' || each === 'dst') || directions.length > 6) {
    options.refuse(fields ?? option?.flag ?? NOWHERE, '--match-set takes the name of a set, and src or dst for each of its dimensions')
  }
  const update = [options.take('--update-counters'), options.take('--update-subcounters')] as const
  return {
    value: name?.text ?? '',
    negated: option?.negated ?? false,
    fields: directions,
    ...(options.has('--return-nomatch') && { returnNomatch: true as const }),
    ...(update[0]?.negated && { keepCounters: true as const }),
    ...(update[1]?.negated && { keepSubcounters: true as const }),
    counters: parseCounters(options),
  }
}

const NOWHERE = { text: '', column: 1, length: 0 }

function print(info: SetMatch, dashes: string): string {
  const parts = [`${bang(info)}${dashes}match-set ${info.value} ${info.fields.join(',')}`]
  if (info.returnNomatch) parts.push(`${dashes}return-nomatch`)
  if (info.keepCounters) parts.push(`! ${dashes}update-counters`)
  if (info.keepSubcounters) parts.push(`! ${dashes}update-subcounters`)
  for (const counter of info.counters) parts.push(`${bang(counter)}${dashes}${counter.what}-${counter.comparison} ${counter.value}`)
  return parts.join(' ')
}

function listedCounters(cursor: ListingCursor): CounterTest[] {
  const found: CounterTest[] = []
  for (;;) {
    const ahead = cursor.peek() === '!' ? 1 : 0
    const counter = COUNTERS.find(({ what, comparison }) => cursor.peek(ahead) === `${what}-${comparison}`)
    const value = cursor.peek(ahead + 1) ?? ''
    if (!counter || !isCount(value)) return found
    cursor.position += ahead + 2
    found.push({ ...counter, value, negated: ahead === 1 })
  }
}

function parseListing(cursor: ListingCursor): SetMatch | null {
  const ahead = cursor.peek() === '!' ? 1 : 0
  if (cursor.peek(ahead) !== 'match-set') return null
  const [name, fields] = [cursor.peek(ahead + 1), cursor.peek(ahead + 2)]
  if (name === null || fields === null) return null
  cursor.position += ahead + 3
  return {
    value: name,
    negated: ahead === 1,
    fields: fields.split(','),
    ...(cursor.skip('return-nomatch') && { returnNomatch: true as const }),
    ...(cursor.skip('!', 'update-counters') && { keepCounters: true as const }),
    ...(cursor.skip('!', 'update-subcounters') && { keepSubcounters: true as const }),
    counters: listedCounters(cursor),
  }
}

/** xt_set.c set_match_v4: membership in an ipset. */
export const set: MatchExtension<SetMatch> = {
  name: 'set',
  options: { '--match-set': 2, '--set': 2, '--return-nomatch': 0, '--update-counters': 0, '--update-subcounters': 0, ...Object.fromEntries(COUNTERS.map(({ what, comparison }) => [`--${what}-${comparison}`, 1])) },
  parse,
  print: (info) => print(info, '--'),
  parseListing,
  printListing: (info) => print(info, ''),
  compile({ value, negated, fields, counters }) {
    const doubt = counters.length > 0 ? unmodelled('set', `what the counters of set ${value} say`, null) : true
    return (skb, context) => {
      const member = context.inSet(value, fields, skb)
      return and(negated ? not(member) : member, doubt)
    }
  },
  region: ({ value: name }) => [{ of: 'set', name }],
  seen: (skb) => `source ${printEndpoint(skb.src, skb.sport)}, destination ${printEndpoint(skb.dst, skb.dport)}`,
}
