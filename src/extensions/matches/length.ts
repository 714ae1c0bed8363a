import type { Family } from '../../net/address.ts'
import { not } from '../../netfilter/ternary.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import { bang, negatable } from '../negatable.ts'
import { holds, printRange, rangeOption, readRange } from '../numberRange.ts'
import type { NumberRange } from '../numberRange.ts'

const MAX = 65535

/** A header of IP and one of UDP or ICMP. */
const LEAST = { 4: 28, 6: 48 } as const

function unknownWithin(range: NumberRange, family: Family): Ternary {
  if (range.last < LEAST[family]) return false
  if (range.first <= LEAST[family] && range.last >= MAX) return true
  return { code: 'packet-length', message: `whether its length is within ${printRange(range)} is not known (--length N tells the first packet's, from the IP header on)`, probability: null, key: null }
}

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
  compile: ({ value, negated }) => ({ family, length: bytes }) => {
    const within = bytes === null ? unknownWithin(value, family) : holds(value, bytes)
    return negated ? not(within) : within
  },
  seen: (skb) => (skb.length === null ? 'length unknown' : `length ${skb.length}`),
}
