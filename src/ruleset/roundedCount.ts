const UNITS = ['K', 'M', 'G', 'T'] as const

/** libxtables xtables_print_num: up to 99999 as it is, then rounded to thousands until it has four digits. */
export function roundedCount(value: number): string {
  if (value <= 99999) return `${value}`
  let left = value
  for (const unit of UNITS) {
    left = Math.floor((left + 500) / 1000)
    if (left <= 9999 || unit === 'T') return `${left}${unit}`
  }
  return `${left}`
}
