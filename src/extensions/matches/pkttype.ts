import { isMulticast } from '../../net/address.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { Skb } from '../../netfilter/skb.ts'
import type { MatchExtension } from '../extension.ts'
import type { MatchContext } from '../matchContext.ts'
import { bang } from '../negatable.ts'

type PacketType = 'unicast' | 'broadcast' | 'multicast'

const SPELLINGS: Readonly<Record<string, PacketType>> = { unicast: 'unicast', host: 'unicast', broadcast: 'broadcast', bcast: 'broadcast', multicast: 'multicast', mcast: 'multicast' }

const readType = (text: string): PacketType | null => (Object.hasOwn(SPELLINGS, text.toLowerCase()) ? (SPELLINGS[text.toLowerCase()] ?? null) : null)

/** skb->pkt_type: told by the frame it came in; a packet made here is PACKET_HOST. */
function typeOf(skb: Skb, context: MatchContext): PacketType {
  if (skb.in === null) return 'unicast'
  if (isMulticast(skb.dst)) return 'multicast'
  return context.addressType(skb.dst, null) === 'BROADCAST' ? 'broadcast' : 'unicast'
}

/** xt_pkttype.c pkttype_mt: how the frame was addressed. */
export const pkttype: MatchExtension<Negatable<PacketType>> = {
  name: 'pkttype',
  options: { '--pkt-type': 1 },
  parse(options) {
    const option = options.take('--pkt-type')
    const value = option && readType(options.word(option))
    if (option && !value) options.refuse(option.args[0] ?? option.flag, '--pkt-type takes unicast, broadcast or multicast')
    return { value: value ?? 'unicast', negated: option?.negated ?? false }
  },
  print: (info) => `${bang(info)}--pkt-type ${info.value}`,
  parseListing(cursor) {
    if (cursor.peek() !== 'PKTTYPE' || !['=', '!='].includes(cursor.peek(1) ?? '')) return null
    const value = readType(cursor.peek(2) ?? '')
    const negated = cursor.peek(1) === '!='
    if (value) cursor.position += 3
    return value && { value, negated }
  },
  printListing: ({ value, negated }) => `PKTTYPE ${negated ? '!=' : '='} ${value}`,
  compile: ({ value, negated }) => (skb, context) => (typeOf(skb, context) === value) !== negated,
  seen: (skb, context) => typeOf(skb, context),
}
