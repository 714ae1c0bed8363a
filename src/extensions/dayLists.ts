/** Monday is 1, as xt_time.c counts. */
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

function readList(text: string, read: (word: string) => number | null): number[] | null {
  const days = text.split(',').map(read)
  const known = days.filter((day): day is number => day !== null)
  return known.length === days.length && known.length > 0 ? [...new Set(known)].sort((x, y) => x - y) : null
}

/** Reads "1,15,31". */
export const readMonthdays = (text: string): number[] | null => readList(text, (word) => (/^\d{1,2}$/.test(word) && Number(word) >= 1 && Number(word) <= 31 ? Number(word) : null))

/** Reads "Mon,Tue", "Mo,Tu" or "1,2". */
export function readWeekdays(text: string): number[] | null {
  return readList(text, (word) => {
    if (/^[1-7]$/.test(word)) return Number(word)
    const day = WEEKDAYS.findIndex((name) => word.length >= 2 && name.toLowerCase().startsWith(word.toLowerCase().slice(0, 3)))
    return day < 0 ? null : day + 1
  })
}

export const printWeekdays = (days: readonly number[]): string => days.map((day) => WEEKDAYS[day - 1] ?? '').join(',')

/** "1st,2nd,11st": libxt_time.c time_print_monthdays looks at the last digit only. */
export const printMonthdays = (days: readonly number[]): string => days.map((day) => `${day}${ORDINALS[day % 10] ?? 'th'}`).join(',')

const ORDINALS: Readonly<Record<number, string>> = { 1: 'st', 2: 'nd', 3: 'rd' }
