import { parseNumber } from './optionReader.ts'

const MAX = 0xffffffff

/** Reads a number with a mask, in hex, or a name that only the machine knows; `zero` is what iproute2 calls 0 everywhere. Null for anything else. */
export function readGroup(text: string, zero: string): string | null {
  const [value = '', mask] = text.split('/')
  if (/^[a-z]/i.test(text)) return text === zero ? '0x0' : text
  const [group, bits] = [parseNumber(value), mask === undefined ? MAX : parseNumber(mask)]
  return group === null || bits === null ? null : `0x${group.toString(16)}${bits === MAX ? '' : `/0x${bits.toString(16)}`}`
}
