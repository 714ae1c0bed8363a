import type { Ternary, Unknown } from '../netfilter/ternary.ts'
import type { MatchContext } from './matchContext.ts'

/** A token each `period` (in XT_LIMIT_SCALE parts of a second), `burst` of them at most. */
export interface Rate {
  readonly period: number
  readonly burst: number
}

/** XT_LIMIT_SCALE. */
const SCALE = 10_000
const NO_CLOCK = -1

interface Unit {
  readonly name: string
  readonly printed: string
  readonly seconds: number
}

const DAY: Unit = { name: 'day', printed: 'day', seconds: 86_400 }
const SHORTER: readonly Unit[] = [
  { name: 'hour', printed: 'hour', seconds: 3600 },
  { name: 'minute', printed: 'min', seconds: 60 },
  { name: 'second', printed: 'sec', seconds: 1 },
]

/** Reads "5/min", "10/s", "3" (libxt_limit.c parse_rate); null when it is no rate or one too fast. */
export function readPeriod(text: string, scale = SCALE): number | null {
  const [, count = '', unit = 's'] = /^(\d+)(?:\/([a-z]+))?$/i.exec(text) ?? []
  const found = [DAY, ...SHORTER].find(({ name }) => name.startsWith(unit.toLowerCase()))
  if (!found || Number(count) === 0) return null
  const period = Math.floor((scale * found.seconds) / Number(count))
  return period > 0 ? period : null
}

/** "5/min" (libxt_limit.c print_rate). */
export function printPeriod(period: number, scale = SCALE): string {
  const { printed, seconds } = unitOf(period, scale)
  return `${Math.floor((seconds * scale) / period)}/${printed}`
}

/** The seconds of the unit a rate is printed in. */
export const periodUnit = (period: number, scale = SCALE): number => unitOf(period, scale).seconds

/** The longest unit that divides well enough. */
function unitOf(period: number, scale: number): Unit {
  let best = DAY
  for (const unit of SHORTER) {
    const length = unit.seconds * scale
    if (period > length || Math.floor(length / period) < length % period) return best
    best = unit
  }
  return best
}

/** xt_limit.c limit_mt: the bucket starts full, fills with time, and each match takes a token. */
export function takeToken(context: MatchContext, key: string, { period, burst }: Rate): Ternary {
  const [kept = period * burst, since = NO_CLOCK] = context.recall(key) ?? []
  const { now } = context
  const timed = now !== null && since !== NO_CLOCK
  const credit = Math.min(period * burst, timed ? kept + (now - since) * SCALE : kept)
  if (credit >= period) {
    context.remember(key, [credit - period, now ?? NO_CLOCK])
    return true
  }
  if (!timed && burst > 0) return TIME_UNKNOWN
  context.remember(key, [credit, now ?? NO_CLOCK])
  return false
}

const TIME_UNKNOWN: Unknown = {
  code: 'unknown-time',
  message: 'the burst is used up, and how much time passed since is not known here',
  probability: null,
  key: null,
}
