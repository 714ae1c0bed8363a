import { declaredTarget } from '../declaredTarget.ts'
import type { Declared, DeclaredValue, ValueKind } from '../declaredTarget.ts'
import { WORD } from '../valueKinds.ts'

const SECOND = 1_000_000
const UNITS: Readonly<Record<string, number>> = { '': 1, us: 1, usec: 1, usecs: 1, ms: 1000, msec: 1000, msecs: 1000, s: SECOND, sec: SECOND, secs: SECOND }

/** RATEEST_get_time: microseconds. */
function readTime(text: string): number | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d*)?|\.\d+)([a-z]*)$/i.exec(text) ?? []
  const factor = UNITS[unit.toLowerCase()]
  return digits === undefined || factor === undefined ? null : Math.trunc(Number(digits) * factor)
}

/** RATEEST_print_time. */
function printTime(value: DeclaredValue): string {
  const time = Number(value)
  if (time >= SECOND) return `${(time / SECOND).toFixed(1)}s`
  return time >= 1000 ? `${(time / 1000).toFixed(1)}ms` : `${time}us`
}

const TIME: ValueKind = { read: readTime, save: printTime, list: printTime }

/** RATEEST_final_check: the kernel keeps the interval as a power of two quarter seconds, and the average as a power of two intervals. */
function normalize(info: Declared): Declared {
  const given = Number(info['rateest-interval'])
  const wanted = Number(info['rateest-ewmalog'])
  const quarters = [0, 1, 2, 3, 4, 5].find((power) => given <= 2 ** power * (SECOND / 4)) ?? 5
  let power = 1
  while (power < 31 && given / -Math.log(1 - 1 / 2 ** power) <= wanted) power += 1
  const interval = 2 ** quarters * (SECOND / 4)
  return { ...info, 'rateest-interval': interval, 'rateest-ewmalog': (interval * 2 ** (power - 1)) % 2 ** 32 }
}

/** xt_RATEEST: feeds the rate estimator that -m rateest reads. */
export const rateest = declaredTarget({
  name: 'RATEEST',
  head: '',
  fields: [
    { flag: 'rateest-name', listed: 'name %', value: WORD },
    { flag: 'rateest-interval', listed: 'interval %', value: TIME },
    { flag: 'rateest-ewmalog', listed: 'ewmalog %', value: TIME },
  ],
  required: ['rateest-name'],
  normalize,
})
