import type { Option } from '../../grammar/ast.ts'
import { parseNumber } from './optionReader.ts'
import type { OptionReader } from './optionReader.ts'

/** Numbers from first to last, both included. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

/** Reads "5", "5:9", ":9" and "5:" (xtoptions.c xtopt_parse_mint); null when it is none of them. */
export function readRange(text: string, max: number): NumberRange | null {
  const [low = '', high, ...more] = text.split(':')
  const first = low === '' && high !== undefined ? 0 : parseNumber(low)
  const last = high === undefined ? first : high === '' ? max : parseNumber(high)
  if (first === null || last === null || first > max || last > max || more.length > 0) return null
  return { first, last }
}

/** The option's range; a problem where it is none. */
export function rangeOption(options: OptionReader, option: Option, max: number): NumberRange {
  const range = readRange(options.word(option), max)
  if (!range) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a number or a range from 0 to ${max}`)
  return range ?? { first: 0, last: max }
}

export const printRange = ({ first, last }: NumberRange): string => (first === last ? `${first}` : `${first}:${last}`)

export const holds = (range: NumberRange, value: number): boolean => value >= range.first && value <= range.last
