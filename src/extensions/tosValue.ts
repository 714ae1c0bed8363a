import { parseNumber } from './optionReader.ts'
import type { MaskedValue } from './optionReader.ts'

/** tos_values.c; a name stands for a value under the mask 0x3f. */
const NAMES: readonly (readonly [number, string])[] = [[0x10, 'Minimize-Delay'], [0x08, 'Maximize-Throughput'], [0x04, 'Maximize-Reliability'], [0x02, 'Minimize-Cost'], [0x00, 'Normal-Service']]
const NAMED_MASK = 0x3f

function readByte(text: string): number | null {
  const value = parseNumber(text)
  return value !== null && value <= 255 ? value : null
}

/** Reads "0x10", "0x10/0x3f" or a name (xtopt_parse_tosmask); null for anything else. */
export function readTos(text: string): MaskedValue | null {
  const name = NAMES.find(([, each]) => each.toLowerCase() === text.toLowerCase())
  if (name) return { value: name[0], mask: NAMED_MASK }
  const [first = '', second] = text.split('/')
  const [value, mask] = [readByte(first), second === undefined ? 255 : readByte(second)]
  return value === null || mask === null ? null : { value, mask }
}

/** "0x10/0x3f". */
export const printTos = ({ value, mask }: MaskedValue): string => `${hexByte(value)}/${hexByte(mask)}`

export const tosName = ({ value, mask }: MaskedValue): string | null => (mask === NAMED_MASK ? (NAMES.find(([each]) => each === value)?.[1] ?? null) : null)

export const hexByte = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`
