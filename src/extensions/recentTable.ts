import type { Skb } from '../netfilter/skb.ts'
import type { Ternary, Unknown } from '../netfilter/ternary.ts'
import type { MatchContext } from './matchContext.ts'

export interface Recent {
  readonly action: 'set' | 'rcheck' | 'update' | 'remove'
  readonly negated: boolean
  /** 0: any time. */
  readonly seconds: number
  readonly reap: boolean
  /** 0: once is enough. */
  readonly hitcount: number
  /** Only packets with the TTL of the last one. */
  readonly ttl: boolean
  readonly name: string
  readonly mask: string
  readonly side: 'source' | 'dest'
}

/** No rule can ask for more hits, so older stamps do not count. */
const MAX_STAMPS = 255
const NO_CLOCK = -1

const TIME_UNKNOWN: Unknown = { code: 'unknown-time', message: 'the address was seen before, but how long ago is not known here', probability: null, key: null }

/** An address's entry is kept as its last TTL and the times it was seen; none is an empty list. The table starts empty. */
export function recentTest(info: Recent): (key: string, skb: Skb, context: MatchContext) => Ternary {
  return (key, skb, context) => {
    // The TTL as it was before forwarding took one (recent_mt).
    const ttl = skb.out !== null && skb.owner === null ? skb.ttl + 1 : skb.ttl
    const [kept = NO_CLOCK, ...stamps] = context.recall(key) ?? []
    const known = stamps.length > 0 && (!info.ttl || kept === ttl)
    const stamped = (): void => { context.remember(key, [ttl, ...stamps.slice(1 - MAX_STAMPS), context.now ?? NO_CLOCK]) }
    if (info.action === 'set') { stamped(); return !info.negated }
    if (!known) return info.negated
    if (info.action === 'remove') { context.remember(key, []); return !info.negated }
    const recentEnough = hits(info, stamps, context.now)
    if (typeof recentEnough === 'object') return recentEnough
    const matches = recentEnough !== info.negated
    if (info.action === 'update' && matches) stamped()
    return matches
  }
}

/** xt_recent.c recent_mt: enough stamps, each within the time asked for. */
function hits({ seconds, hitcount }: Recent, stamps: readonly number[], now: number | null): Ternary {
  const needed = Math.max(1, hitcount)
  if (seconds === 0) return stamps.length >= needed
  if (stamps.length < needed) return false
  if (now === null || stamps.includes(NO_CLOCK)) return TIME_UNKNOWN
  return stamps.filter((stamp) => stamp >= now - seconds).length >= needed
}
