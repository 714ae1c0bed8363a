import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import { hex, printMasked, readMasked } from '../maskedMark.ts'
import type { MaskedValue } from '../optionReader.ts'

type Mark = Negatable<MaskedValue>

/** xt_mark: the packet's fwmark; (mark & mask) == value. */
export const mark: MatchExtension<Mark> = {
  name: 'mark',
  options: { '--mark': 1 },
  parse(options) {
    const option = options.take('--mark')
    return { value: option ? options.masked(option) : { value: 0, mask: 0 }, negated: option?.negated ?? false }
  },
  print: ({ value, negated }) => `${negated ? '! ' : ''}--mark ${printMasked(value)}`,
  parseListing(cursor) {
    if (!cursor.skip('mark', 'match')) return null
    const negated = cursor.skip('!')
    const value = readMasked(cursor.next())
    return value && { value, negated }
  },
  printListing: ({ value, negated }) => `mark match ${negated ? '! ' : ''}${printMasked(value)}`,
  compile({ value: { value, mask }, negated }) {
    return (skb) => ((skb.mark & mask) >>> 0 === value) !== negated
  },
  region: ({ value: { value, mask } }) => [{ of: 'mark', value, mask }],
  seen: (skb) => `mark ${hex(skb.mark)}`,
}
