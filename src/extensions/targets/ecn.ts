import { CONTINUE } from '../effect.ts'
import { declaredTarget } from '../declaredTarget.ts'
import type { Declared } from '../declaredTarget.ts'
import { upTo } from '../valueKinds.ts'

/** libipt_ECN.c: taking ECE and CWR away is setting both to 0, and has a name of its own while it is all that is done. */
function normalize(info: Declared): Declared {
  const { 'ecn-tcp-remove': remove, ...rest } = info
  const cleared = remove !== undefined || (info['ecn-tcp-ece'] === 0 && info['ecn-tcp-cwr'] === 0)
  if (!cleared) return info
  return 'ecn-ip-ect' in rest ? { ...rest, 'ecn-tcp-ece': 0, 'ecn-tcp-cwr': 0 } : { 'ecn-tcp-remove': true }
}

/** ipt_ECN: changes the ECN bits of the TOS byte and of the TCP header; of those only the former are looked at elsewhere. */
export const ecn = declaredTarget({
  name: 'ECN',
  head: 'ECN',
  fields: [
    { flag: 'ecn-tcp-remove', listed: 'TCP remove' },
    { flag: 'ecn-tcp-ece', listed: 'ECE=%', value: upTo(1) },
    { flag: 'ecn-tcp-cwr', listed: 'CWR=%', value: upTo(1) },
    { flag: 'ecn-ip-ect', listed: 'ECT codepoint=%', value: upTo(3) },
  ],
  tables: ['mangle'],
  normalize,
  compile: (info) => {
    const ect = info['ecn-ip-ect']
    return typeof ect === 'number' ? (skb) => ({ kind: 'set', change: { tos: (skb.tos & ~3) | ect } }) : () => CONTINUE
  },
})
