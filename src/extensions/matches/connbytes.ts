import { declaredMatch } from '../declaredMatch.ts'
import type { MatchField } from '../declaredMatch.ts'
import { count64, outer, word } from '../matchFields.ts'
import { unmodelled } from '../unmodelled.ts'

/** "5", "5:9", "0:9": a range without end is printed as its beginning (libxt_connbytes.c). */
function readBytesRange(text: string): string | null {
  const [low = '', high] = text.split(':')
  const first = count64(low === '' ? '0' : low, 4)
  const last = high === undefined || high === '' ? null : count64(high, 4)
  if (first === null || (high && last === null)) return null
  return last === null || last === '18446744073709551615' ? first : `${first}:${last}`
}

const direction: MatchField = { flag: 'connbytes-dir', read: word, list: ({ value }) => `connbytes direction ${value}`, listed: /connbytes direction ()?(original|reply|both)/ }

/** xt_connbytes.c connbytes_mt: without an entry it never matches. */
export const connbytes = declaredMatch({
  name: 'connbytes',
  needsConntrack: true,
  head: '',
  leads: ['connbytes'],
  required: ['connbytes', 'connbytes-mode', 'connbytes-dir'],
  fields: [
    { ...outer('connbytes', 'connbytes', readBytesRange), listed: /(! +)?connbytes +([\d:]+)/ },
    { flag: 'connbytes-mode', read: word, list: ({ value }) => `connbytes mode ${value}`, listed: /connbytes mode ()?(packets|bytes|avgpkt)/ },
    direction,
  ],
  test: () => {
    const doubt = unmodelled('connbytes', 'how much the connection has carried', null)
    return (skb, context) => (context.ct(skb) === null ? false : doubt)
  },
})
