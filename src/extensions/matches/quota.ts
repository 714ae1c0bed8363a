import { declaredMatch } from '../declaredMatch.ts'
import { count64 } from '../matchFields.ts'

/** A quota as long as bytes are left of it (xt_quota.c quota_mt); the negation is lost in a listing. */
export const quota = declaredMatch({
  name: 'quota',
  stateful: true,
  head: '',
  leads: ['quota:'],
  fields: [{ flag: 'quota', read: count64, list: ({ value }) => `quota: ${value} bytes`, listed: /quota: +()?(\d+) +bytes/ }],
  test: ({ quota: given }, site) => {
    const whole = Number(given?.value ?? 0)
    const negated = given?.negated ?? false
    return (skb, context) => {
      const [left = whole] = context.recall(`${site}:quota`) ?? []
      const enough = left >= skb.length
      context.remember(`${site}:quota`, [enough ? left - skb.length : 0])
      return enough !== negated
    }
  },
})
