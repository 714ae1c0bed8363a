import { width } from '../../net/prefix.ts'
import { printAddress } from '../../net/address.ts'
import type { MatchExtension } from '../extension.ts'
import type { OptionReader } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'

interface Connlimit {
  /** Matches above the limit, or up to it. */
  readonly comparison: 'above' | 'upto'
  readonly limit: number
  /** Leading bits in which addresses count as one. */
  readonly mask: number
  readonly side: 'src' | 'dst'
}

const MAX = 0xffffffff

function parse(options: OptionReader): Connlimit {
  const above = options.take('--connlimit-above')
  const upto = options.take('--connlimit-upto')
  const mask = options.take('--connlimit-mask')
  const destination = options.has('--connlimit-daddr')
  options.has('--connlimit-saddr')
  const option = above ?? upto
  // Of old a negated --connlimit-above; it is printed as --connlimit-upto.
  const isAbove = above ? !above.negated : (upto?.negated ?? true)
  return {
    comparison: isAbove ? 'above' : 'upto',
    limit: option ? options.number(option, MAX) : 0,
    mask: mask ? options.number(mask, width(options.family)) : width(options.family),
    side: destination ? 'dst' : 'src',
  }
}

/** xt_connlimit.c connlimit_mt: how many connections an address or network has. */
export const connlimit: MatchExtension<Connlimit> = {
  name: 'connlimit',
  needsConntrack: () => true,
  options: { '--connlimit-above': 1, '--connlimit-upto': 1, '--connlimit-mask': 1, '--connlimit-saddr': 0, '--connlimit-daddr': 0 },
  parse,
  print: ({ comparison, limit, mask, side }) => `--connlimit-${comparison} ${limit} --connlimit-mask ${mask} --connlimit-${side === 'src' ? 's' : 'd'}addr`,
  parseListing(cursor) {
    const found = cursor.peek() === '#conn' ? cursor.take(/#conn +(src|dst)\/(\d+) +(>|<=) +(\d+)/) : null
    return found && { comparison: found[3] === '>' ? 'above' : 'upto', limit: Number(found[4]), mask: Number(found[2]), side: found[1] === 'dst' ? 'dst' : 'src' }
  },
  printListing: ({ comparison, limit, mask, side }) => `#conn ${side}/${mask} ${comparison === 'above' ? '>' : '<='} ${limit}`,
  compile({ comparison, limit, mask, side }) {
    // The packet's own connection counts, so there is never none.
    if (limit === 0) return () => comparison === 'above'
    if (limit === MAX) return () => comparison === 'upto'
    return (skb) => unmodelled('connlimit', `how many connections ${printAddress(side === 'src' ? skb.src : skb.dst)}/${mask} has`, `${side}/${mask} ${comparison} ${limit} ${printAddress(side === 'src' ? skb.src : skb.dst)}`)
  },
  seen: () => 'its own connection',
}
