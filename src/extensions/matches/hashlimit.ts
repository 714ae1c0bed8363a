import { printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { masked, maskOf, width } from '../../net/prefix.ts'
import type { Skb } from '../../netfilter/skb.ts'
import { not } from '../../netfilter/ternary.ts'
import type { MatchExtension, MatchTest } from '../extension.ts'
import type { Site } from '../matchContext.ts'
import { listHashlimit, parseHashlimit, parseListedHashlimit, printHashlimit } from '../hashlimitText.ts'
import type { Hashlimit, HashMode } from '../hashlimitText.ts'
import { takeToken } from '../tokenBucket.ts'
import { UNLISTED } from '../unlistedValue.ts'
import { unmodelled } from '../unmodelled.ts'

const networkOf = (address: Address, bits: number | null): string => printAddress(bits === null || bits >= width(address.family) ? address : masked(address, maskOf(address.family, bits)))

function fieldOf(skb: Skb, mode: HashMode, { srcmask, dstmask }: Hashlimit): string {
  switch (mode) {
    case 'srcip': return networkOf(skb.src, srcmask)
    case 'srcport': return `${skb.sport}`
    case 'dstip': return networkOf(skb.dst, dstmask)
    case 'dstport': return `${skb.dport}`
  }
}

/** xt_hashlimit.c hashlimit_mt_common: one bucket for each group of packets, in a table that rules share by name. */
function compile(info: Hashlimit, site: Site): MatchTest {
  const { rate, above, mode } = info
  // Rules whose name a listing does not show share one table, or each has its own.
  const name = info.name === UNLISTED ? `${UNLISTED}${site}` : info.name
  if (rate.kind === 'bytes' || info.rateMatch) {
    const doubt = unmodelled('hashlimit', `how much of the rate of ${name} is used up`, null)
    return () => doubt
  }
  const bucket = { period: rate.period / 100, burst: rate.burst }
  return (skb, context) => {
    const key = `hashlimit:${name}:${mode.map((each) => fieldOf(skb, each, info)).join(',')}`
    const within = takeToken(context, key, bucket)
    return above ? not(within) : within
  }
}

/** So many matches per time for each address or port. */
export const hashlimit: MatchExtension<Hashlimit> = {
  name: 'hashlimit',
  stateful: true,
  options: {
    '--hashlimit': 1, '--hashlimit-upto': 1, '--hashlimit-above': 1, '--hashlimit-burst': 1, '--hashlimit-mode': 1, '--hashlimit-name': 1,
    '--hashlimit-htable-size': 1, '--hashlimit-htable-max': 1, '--hashlimit-htable-gcinterval': 1, '--hashlimit-htable-expire': 1,
    '--hashlimit-srcmask': 1, '--hashlimit-dstmask': 1, '--hashlimit-rate-match': 0, '--hashlimit-rate-interval': 1,
  },
  parse: parseHashlimit,
  print: printHashlimit,
  parseListing: parseListedHashlimit,
  printListing: listHashlimit,
  unlisted: (info) => (info.name === '' ? [{ ...info, name: UNLISTED }] : []),
  compile,
  seen: (_, context) => (context.now === null ? 'no clock' : 'the time it is'),
}
