import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import { hex, printMasked, readMasked } from '../maskedMark.ts'
import type { MaskedValue } from '../optionReader.ts'

type Connmark = Negatable<MaskedValue>

/** xt_connmark: the connection's mark; without a conntrack entry it never matches, negated or not. */
export const connmark: MatchExtension<Connmark> = {
  name: 'connmark',
  options: { '--mark': 1 },
  needsConntrack: () => true,
  parse(options) {
    const option = options.take('--mark')
    return { value: option ? options.masked(option) : { value: 0, mask: 0 }, negated: option?.negated ?? false }
  },
  print: ({ value, negated }) => `${negated ? '! ' : ''}--mark ${printMasked(value)}`,
  parseListing(cursor) {
    if (!cursor.skip('connmark', 'match')) return null
    const negated = cursor.skip('!')
    const value = readMasked(cursor.next())
    return value && { value, negated }
  },
  // Two blanks where mark has one (libxt_connmark.c, connmark_print).
  printListing: ({ value, negated }) => `connmark match ${negated ? '! ' : ' '}${printMasked(value)}`,
  compile({ value: { value, mask }, negated }) {
    return (skb, context) => {
      const ct = context.ct(skb)
      return ct !== null && ((ct.mark & mask) >>> 0 === value) !== negated
    }
  },
  seen(skb, context) {
    const ct = context.ct(skb)
    return ct ? `connection mark ${hex(ct.mark)}` : 'no conntrack entry'
  },
}
