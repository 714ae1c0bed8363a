/** What libxt_time.c takes for "no date given". */
export const FIRST_DATE = 0
export const LAST_DATE = 0x7fffffff

/** Reads "8:00" or "08:00:30" as seconds since midnight; null when it is no time of day. */
export function readClock(text: string): number | null {
  const parts = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?$/.exec(text)
  if (!parts) return null
  const [hour, minute, second] = [Number(parts[1]), Number(parts[2]), Number(parts[3] ?? 0)]
  return hour < 24 && minute < 60 && second < 60 ? hour * 3600 + minute * 60 + second : null
}

const two = (value: number): string => `${value}`.padStart(2, '0')

/** "08:00:30". */
export const printClock = (seconds: number): string => [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')

/** Reads "2020", "2020-05", "2020-05-06T07:08:09" and what lies between, in UTC, as seconds since 1970. */
export function readDate(text: string): number | null {
  const parts = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}))?)?)?)?)?$/.exec(text)
  if (!parts) return null
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.slice(1).map((part, i) => (part === undefined ? (i === 1 || i === 2 ? 1 : 0) : Number(part)))
  if (year < 1970 || year > 2038 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return null
  return Math.floor(Date.UTC(year, month - 1, day, hour, minute, second) / 1000)
}

/** "2020-05-06T07:08:09", or with a blank for the T. */
export const printDate = (seconds: number, between: 'T' | ' '): string => new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19).replace('T', between)
