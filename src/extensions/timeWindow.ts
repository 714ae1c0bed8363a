import type { Ternary } from '../netfilter/ternary.ts'
import { FIRST_DATE, LAST_DATE } from './timeOfDay.ts'

/** When xt_time matches. */
export interface TimeWindow {
  /** Seconds since midnight; a stop before the start lies on the next day. */
  readonly start: number
  readonly stop: number
  readonly monthdays: readonly number[]
  /** Monday is 1. */
  readonly weekdays: readonly number[]
  readonly dateStart: number
  readonly dateStop: number
  /** In the kernel's time zone, not in UTC. */
  readonly kerneltz: boolean
  /** What follows midnight counts as the day before. */
  readonly contiguous: boolean
}

const DAY = 86_400

const unknownTime = (message: string): Ternary => ({ code: 'unknown-time', message, probability: null, key: 'time' })

/** xt_time.c time_mt, for a time in seconds since 1970. */
export function timeTest(window: TimeWindow): (now: number | null) => Ternary {
  const always = isAlways(window)
  return (now) => {
    if (now === null) return always ? true : unknownTime('what time it is is not known here')
    if (window.kerneltz && !always) return unknownTime("the kernel's time zone is not known here")
    return holds(window, Math.floor(now))
  }
}

const isAlways = ({ start, stop, monthdays, weekdays, dateStart, dateStop }: TimeWindow): boolean =>
  start === 0 && stop === DAY - 1 && monthdays.length === 31 && weekdays.length === 7 && dateStart === FIRST_DATE && dateStop === LAST_DATE

function holds(window: TimeWindow, stamp: number): boolean {
  const { start, stop } = window
  if (stamp < window.dateStart || stamp > window.dateStop) return false
  const clock = stamp % DAY
  if (start < stop) {
    if (clock < start || clock > stop) return false
    return holdsDay(window, stamp)
  }
  if (clock < start && clock > stop) return false
  return holdsDay(window, window.contiguous && clock <= stop ? stamp - DAY : stamp)
}

function holdsDay({ weekdays, monthdays }: TimeWindow, stamp: number): boolean {
  const date = new Date(stamp * 1000)
  return weekdays.includes(date.getUTCDay() || 7) && monthdays.includes(date.getUTCDate())
}
