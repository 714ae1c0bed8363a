import { printAddress } from '../../net/address.ts'
import { parseMac } from '../../net/mac.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import { not } from '../../netfilter/ternary.ts'
import type { MatchExtension } from '../extension.ts'
import { bang, negatable } from '../negatable.ts'
import { unmodelled } from '../unmodelled.ts'

type Mac = Negatable<string>

/** xt_mac.c mac_mt: the Ethernet source; a packet that came by no Ethernet never matches, negated or not. */
export const mac: MatchExtension<Mac> = {
  name: 'mac',
  options: { '--mac-source': 1 },
  parse(options) {
    const option = options.take('--mac-source')
    const value = option && parseMac(options.word(option))
    if (option && value === null) options.refuse(option.args[0] ?? option.flag, '--mac-source takes six octets, aa:bb:cc:dd:ee:ff')
    return option ? negatable(option, () => value ?? '') : { value: '00:00:00:00:00:00', negated: false }
  },
  print: (info) => `${bang(info)}--mac-source ${info.value}`,
  parseListing(cursor) {
    // Before 1.8.8 the "!" is glued to the address, which is in capitals.
    const found = cursor.peek() === 'MAC' ? cursor.take(/MAC +(! *)?(\S+)/) : null
    const value = parseMac(found?.[2] ?? '')
    return value === null ? null : { value, negated: found?.[1] !== undefined }
  },
  printListing: (info) => `MAC ${bang(info)}${info.value}`,
  compile({ value, negated }) {
    return (skb, context) => {
      if (skb.in === null || skb.in === 'lo') return false
      const known = context.senderMac(skb)
      if (known !== null) return (known === value) !== negated
      const doubt = unmodelled('mac', `whether the sender on ${skb.in} has the address ${value}`, `${value} ${skb.in} ${printAddress(skb.src)}`)
      return negated ? not(doubt) : doubt
    }
  },
  seen: (skb, context) => (skb.in === null ? 'made here' : `came in by ${skb.in} from ${context.senderMac(skb) ?? 'an unknown Ethernet address'}`),
}
