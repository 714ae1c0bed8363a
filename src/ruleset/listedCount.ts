const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 }

/** "698K" is 698000, rounded by the program that printed it (xtables_print_num). */
export function listedCount(text: string): number {
  const unit = UNITS[text.at(-1) ?? '']
  return unit === undefined ? Number(text) : Number(text.slice(0, -1)) * unit
}
