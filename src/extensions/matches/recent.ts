import { maskOf, masked, printMask, width } from '../../net/prefix.ts'
import { parseAddress, printAddress } from '../../net/address.ts'
import type { Address, Family } from '../../net/address.ts'
import type { Skb } from '../../netfilter/skb.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import type { MatchContext } from '../matchContext.ts'
import type { OptionReader } from '../optionReader.ts'
import { recentTest } from '../recentTable.ts'
import type { Recent } from '../recentTable.ts'

/** What the match does with its list of addresses, as each form names it. */
const ACTIONS = [
  { action: 'set', flag: '--set', listed: 'SET' },
  { action: 'rcheck', flag: '--rcheck', listed: 'CHECK' },
  { action: 'update', flag: '--update', listed: 'UPDATE' },
  { action: 'remove', flag: '--remove', listed: 'REMOVE' },
] as const

const hostMask = (family: Family): string => printMask(maskOf(family, width(family)))

function parse(options: OptionReader): Recent {
  const chosen = ACTIONS.map((each) => ({ ...each, option: options.take(each.flag) })).find(({ option }) => option !== null)
  const seconds = options.take('--seconds')
  const hitcount = options.take('--hitcount')
  const name = options.take('--name')
  const mask = options.take('--mask')
  if (mask && parseAddress(options.word(mask))?.family !== options.family) options.refuse(mask.args[0] ?? mask.flag, `--mask takes an IPv${options.family} mask`)
  const destination = options.has('--rdest')
  options.has('--rsource')
  return {
    action: chosen?.action ?? 'rcheck',
    negated: chosen?.option?.negated ?? false,
    seconds: seconds ? options.number(seconds, 0xffffffff) : 0,
    reap: options.has('--reap'),
    hitcount: hitcount ? options.number(hitcount, 255) : 0,
    ttl: options.has('--rttl'),
    name: name ? options.word(name) : 'DEFAULT',
    mask: mask ? options.word(mask) : hostMask(options.family),
    side: destination ? 'dest' : 'source',
  }
}

function print({ action, negated, seconds, reap, hitcount, ttl, name, mask, side }: Recent): string {
  const parts = [`${negated ? '! ' : ''}--${action}`]
  if (seconds > 0) parts.push(`--seconds ${seconds}`)
  if (reap) parts.push('--reap')
  if (hitcount > 0) parts.push(`--hitcount ${hitcount}`)
  if (ttl) parts.push('--rttl')
  return [...parts, `--name ${name}`, `--mask ${mask}`, `--r${side}`].join(' ')
}

const LISTED = /(! +)?recent: +(SET|CHECK|UPDATE|REMOVE)(?: +seconds: +(\d+))?( +reap)?(?: +hit_count: +(\d+))?( +TTL-Match)? +name: +(\S+) +side: +(source|dest)(?: +mask: +(\S+))?(?= |$)/

function parseListing(cursor: ListingCursor): Recent | null {
  const found = cursor.peek(cursor.peek() === '!' ? 1 : 0) === 'recent:' ? cursor.take(LISTED) : null
  if (!found) return null
  const [, bang, listed, seconds, reap, hitcount, ttl, name = '', side, mask = hostMask(cursor.family)] = found
  return {
    action: ACTIONS.find((each) => each.listed === listed)?.action ?? 'rcheck',
    negated: bang !== undefined,
    seconds: Number(seconds ?? 0),
    reap: reap !== undefined,
    hitcount: Number(hitcount ?? 0),
    ttl: ttl !== undefined,
    name,
    mask,
    side: side === 'dest' ? 'dest' : 'source',
  }
}

function printListing({ action, negated, seconds, reap, hitcount, ttl, name, mask, side }: Recent): string {
  const parts = [`${negated ? '! ' : ''}recent: ${ACTIONS.find((each) => each.action === action)?.listed ?? ''}`]
  if (seconds > 0) parts.push(`seconds: ${seconds}`)
  if (reap) parts.push('reap')
  if (hitcount > 0) parts.push(`hit_count: ${hitcount}`)
  if (ttl) parts.push('TTL-Match')
  return [...parts, `name: ${name} side: ${side} mask: ${mask}`].join(' ')
}

/** A list of addresses seen before, by name. */
export const recent: MatchExtension<Recent> = {
  name: 'recent',
  stateful: true,
  options: { '--set': 0, '--rcheck': 0, '--update': 0, '--remove': 0, '--seconds': 1, '--reap': 0, '--hitcount': 1, '--rttl': 0, '--name': 1, '--mask': 1, '--rsource': 0, '--rdest': 0 },
  parse,
  print,
  parseListing,
  printListing,
  compile(info): (skb: Skb, context: MatchContext) => Ternary {
    const mask = parseAddress(info.mask)
    const whole = mask && (mask.family === 4 ? { ...mask, a: 0xffffffff, b: 0xffffffff, c: 0xffffffff } : mask)
    const test = recentTest(info)
    const keyOf = (address: Address): string => `recent:${info.name}:${printAddress(whole ? masked(address, whole) : address)}`
    return (skb, context) => test(keyOf(info.side === 'source' ? skb.src : skb.dst), skb, context)
  },
  seen: (skb) => `source ${printAddress(skb.src)}, destination ${printAddress(skb.dst)}`,
}
