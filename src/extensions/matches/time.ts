import type { Ternary } from '../../netfilter/ternary.ts'
import type { MatchExtension, MatchTest } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import type { OptionReader } from '../optionReader.ts'
import { FIRST_DATE, LAST_DATE, printClock, printDate, readClock, readDate } from '../timeOfDay.ts'
import { printMonthdays, printWeekdays, readMonthdays, readWeekdays } from '../dayLists.ts'
import { timeTest } from '../timeWindow.ts'
import type { TimeWindow } from '../timeWindow.ts'

const DAY = 86_400

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1)

function parsed<T>(options: OptionReader, flag: string, read: (text: string) => T | null, otherwise: T): T {
  const option = options.take(flag)
  if (!option) return otherwise
  const value = read(options.word(option))
  if (value === null) options.refuse(option.args[0] ?? option.flag, `${flag} does not take ${JSON.stringify(options.word(option))}`)
  return value ?? otherwise
}

/** Days left out are kept as the days left in: a negation is not printed (libxt_time.c time_parse). */
function days(options: OptionReader, flag: string, read: (text: string) => number[] | null, last: number): readonly number[] {
  const negated = options.take(flag)?.negated ?? false
  const all = upTo(last)
  const given = parsed(options, flag, read, negated ? [] : all)
  return negated ? all.filter((day) => !given.includes(day)) : given
}

function parse(options: OptionReader): TimeWindow {
  const kerneltz = options.has('--kerneltz', '--localtz')
  options.has('--utc')
  return {
    start: parsed(options, '--timestart', readClock, 0),
    stop: parsed(options, '--timestop', readClock, DAY - 1),
    monthdays: days(options, '--monthdays', readMonthdays, 31),
    weekdays: days(options, '--weekdays', readWeekdays, 7),
    dateStart: parsed(options, '--datestart', readDate, FIRST_DATE),
    dateStop: parsed(options, '--datestop', readDate, LAST_DATE),
    kerneltz,
    contiguous: options.has('--contiguous'),
  }
}

const hasClock = ({ start, stop }: TimeWindow): boolean => start !== 0 || stop !== DAY - 1

function print(info: TimeWindow): string {
  const parts: string[] = []
  if (hasClock(info)) parts.push(`--timestart ${printClock(info.start)} --timestop ${printClock(info.stop)}`)
  if (info.monthdays.length < 31) parts.push(`--monthdays ${info.monthdays.join(',')}`)
  if (info.weekdays.length < 7) parts.push(`--weekdays ${printWeekdays(info.weekdays)}`)
  if (info.dateStart !== FIRST_DATE) parts.push(`--datestart ${printDate(info.dateStart, 'T')}`)
  parts.push(`--datestop ${printDate(info.dateStop, 'T')}`)
  if (info.kerneltz) parts.push('--kerneltz')
  if (info.contiguous) parts.push('--contiguous')
  return parts.join(' ')
}

function printListing(info: TimeWindow): string {
  const parts = ['TIME']
  if (hasClock(info)) parts.push(`from ${printClock(info.start)} to ${printClock(info.stop)}`)
  if (info.weekdays.length < 7) parts.push(`on ${printWeekdays(info.weekdays)}`)
  if (info.monthdays.length < 31) parts.push(`on ${printMonthdays(info.monthdays)}`)
  if (info.dateStart !== FIRST_DATE) parts.push(`starting from ${printDate(info.dateStart, ' ')}`)
  if (info.dateStop !== LAST_DATE) parts.push(`until date ${printDate(info.dateStop, ' ')}`)
  if (!info.kerneltz) parts.push('UTC')
  if (info.contiguous) parts.push('contiguous')
  return parts.join(' ')
}

const LISTED = /TIME(?: +from +(\S+) +to +(\S+))?(?: +on +([A-Z]\S+))?(?: +on +(\d\S+))?(?: +starting +from +(\S+ \S+))?(?: +until +date +(\S+ \S+))?( +UTC)?( +contiguous)?(?= |$)/

function parseListing(cursor: ListingCursor): TimeWindow | null {
  const found = cursor.peek() === 'TIME' ? cursor.take(LISTED) : null
  if (!found) return null
  const [, start, stop, weekdays, monthdays, dateStart, dateStop, utc, contiguous] = found
  return {
    start: readClock(start ?? '') ?? 0,
    stop: readClock(stop ?? '') ?? DAY - 1,
    monthdays: (monthdays !== undefined && readMonthdays(monthdays.replace(/[a-z]+/g, ''))) || upTo(31),
    weekdays: (weekdays !== undefined && readWeekdays(weekdays)) || upTo(7),
    dateStart: readDate((dateStart ?? '').replace(' ', 'T')) ?? FIRST_DATE,
    dateStop: readDate((dateStop ?? '').replace(' ', 'T')) ?? LAST_DATE,
    kerneltz: utc === undefined,
    contiguous: contiguous !== undefined,
  }
}

/** xt_time.c time_mt: when the packet is seen. */
export const time: MatchExtension<TimeWindow> = {
  name: 'time',
  options: { '--timestart': 1, '--timestop': 1, '--monthdays': 1, '--weekdays': 1, '--datestart': 1, '--datestop': 1, '--kerneltz': 0, '--localtz': 0, '--utc': 0, '--contiguous': 0 },
  parse,
  print,
  parseListing,
  printListing,
  compile(info): MatchTest {
    const test = timeTest(info)
    return (_, context): Ternary => test(context.now)
  },
  seen: (_, context) => (context.now === null ? 'no clock' : `${printDate(context.now, ' ')} UTC`),
}
