import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import { bang, negatable } from '../negatable.ts'
import { holds, printRange, rangeOption, readRange } from '../numberRange.ts'
import type { NumberRange } from '../numberRange.ts'

const MAX = 65535

/** xt_length.c length_mt: bytes from the IP header on. */
export const length: MatchExtension<Negatable<NumberRange>> = {
  name: 'length',
  options: { '--length': 1 },
  parse(options) {
    const option = options.take('--length')
    return option ? negatable(option, () => rangeOption(options, option, MAX)) : { value: { first: 0, last: MAX }, negated: false }
  },
  print: (info) => `${bang(info)}--length ${printRange(info.value)}`,
  parseListing(cursor) {
    if (cursor.peek() !== 'length') return null
    const text = cursor.peek(1) ?? ''
    const negated = text.startsWith('!')
    const value = readRange(negated ? text.slice(1) : text, MAX)
    if (value) cursor.position += 2
    return value && { value, negated }
  },
  printListing: ({ value, negated }) => `length ${negated ? '!' : ''}${printRange(value)}`,
  compile: ({ value, negated }) => (skb) => holds(value, skb.length) !== negated,
  seen: (skb) => `length ${skb.length}`,
}
