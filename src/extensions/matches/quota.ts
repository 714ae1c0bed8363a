import { declaredMatch } from '../declaredMatch.ts'
import type { Unknown } from '../../netfilter/ternary.ts'
import { count64 } from '../matchFields.ts'

const LONGEST = 65535

const UNKNOWN_LENGTH: Unknown = { code: 'packet-length', message: 'whether its bytes are left in the quota is not known (--length N tells the first packet\'s, from the IP header on)', probability: null, key: null }

/** A quota as long as bytes are left of it (xt_quota.c quota_mt); the negation is lost in a listing. */
export const quota = declaredMatch({
  name: 'quota',
  stateful: true,
  head: '',
  leads: ['quota:'],
  fields: [{ flag: 'quota', read: count64, list: ({ value }) => `quota: ${value} bytes`, listed: /quota: +()?(\d+) +bytes/ }],
  unlisted: ({ quota: given }) => (given ? [{ quota: { ...given, negated: true } }] : []),
  test: ({ quota: given }, site) => {
    const whole = Number(given?.value ?? 0)
    const negated = given?.negated ?? false
    return (skb, context) => {
      const [left = whole] = context.recall(`${site}:quota`) ?? []
      // Any packet is within what holds the longest; what it uses up is not known then.
      if (skb.length === null) return left >= LONGEST ? !negated : UNKNOWN_LENGTH
      const enough = left >= skb.length
      context.remember(`${site}:quota`, [enough ? left - skb.length : 0])
      return enough !== negated
    }
  },
})
