import { isAnyAddress, isMulticast, printAddress } from '../../net/address.ts'
import type { Skb } from '../../netfilter/skb.ts'
import type { MatchExtension } from '../extension.ts'
import type { MatchContext } from '../matchContext.ts'

interface Rpfilter {
  readonly loose: boolean
  /** The packet's mark takes part in the lookup. */
  readonly validmark: boolean
  readonly acceptLocal: boolean
  readonly invert: boolean
}

const FLAGS = [['loose', 'loose'], ['validmark', 'validmark'], ['acceptLocal', 'accept-local'], ['invert', 'invert']] as const

const print = (info: Rpfilter, dashes: string): string => FLAGS.filter(([key]) => info[key]).map(([, flag]) => `${dashes}${flag}`).join(' ')

/** Packets that have no path to look up: over loopback, and from no address at all (0.0.0.0/8 to a group or everyone; ::). */
function exempt({ in: device, src, dst }: Skb): boolean {
  if (device === 'lo') return true
  if (src.family === 6) return isAnyAddress(src)
  return src.d >>> 24 === 0 && (dst.d === 0xffffffff || (isMulticast(dst) && dst.d >>> 8 === 0xe00000))
}

/** ipt_rpfilter.c rpfilter_lookup_reverse: a source of our own passes only with --accept-local. */
function reverse(skb: Skb, context: MatchContext, { loose, validmark, acceptLocal }: Rpfilter): boolean {
  if (!acceptLocal && context.addressType(skb.src, null) === 'LOCAL') return false
  return context.reversePath(skb, loose ? 'loose' : 'strict', validmark ? skb.mark : 0)
}

/** ipt_rpfilter.c rpfilter_mt: whether the answer would leave by the interface the packet came in by. */
export const rpfilter: MatchExtension<Rpfilter> = {
  name: 'rpfilter',
  options: Object.fromEntries(FLAGS.map(([, flag]) => [`--${flag}`, 0])),
  parse: (options) => ({ loose: options.has('--loose'), validmark: options.has('--validmark'), acceptLocal: options.has('--accept-local'), invert: options.has('--invert') }),
  print: (info) => print(info, '--'),
  parseListing(cursor) {
    if (!cursor.skip('rpfilter')) return null
    return { loose: cursor.skip('loose'), validmark: cursor.skip('validmark'), acceptLocal: cursor.skip('accept-local'), invert: cursor.skip('invert') }
  },
  printListing: (info) => `rpfilter ${print(info, '')}`.trim(),
  compile: (info) => (skb, context) => (exempt(skb) || reverse(skb, context, info)) !== info.invert,
  seen: (skb) => `source ${printAddress(skb.src)} on ${skb.in ?? 'no interface'}`,
}
