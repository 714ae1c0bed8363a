import type { MaskedValue } from './optionReader.ts'

const ALL = 0xffffffff

/** "0x539", "0x111/0xfff": as mark, connmark and their targets print a value. */
export const printMasked = ({ value, mask }: MaskedValue): string => (mask === ALL ? hex(value) : `${hex(value)}/${hex(mask)}`)

export const hex = (value: number): string => `0x${value.toString(16)}`

/** Reads "0x539" or "0x111/0xfff"; null when it is neither. */
export function readMasked(text: string | null): MaskedValue | null {
  const parts = /^0x([0-9a-f]{1,8})(?:\/0x([0-9a-f]{1,8}))?$/.exec(text ?? '')
  if (!parts) return null
  const [, value = '', mask] = parts
  return { value: parseInt(value, 16), mask: mask === undefined ? ALL : parseInt(mask, 16) }
}
