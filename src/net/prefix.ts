import { compareAddress, parseAddress, printAddress } from './address.ts'
import type { Address, Family } from './address.ts'

/** An address and a mask; the mask need not be contiguous (iptables takes 255.0.255.0). */
export interface Prefix {
  readonly address: Address
  readonly mask: Address
}

/** Bits of an address of this family. */
export const width = (family: Family): number => (family === 4 ? 32 : 128)

function maskWord(length: number): number {
  if (length <= 0) return 0
  return length >= 32 ? 0xffffffff : (0xffffffff << (32 - length)) >>> 0
}

/** The mask with this many leading ones. */
export function maskOf(family: Family, length: number): Address {
  const bits = family === 4 ? length + 96 : length
  return { family, a: maskWord(bits), b: maskWord(bits - 32), c: maskWord(bits - 64), d: maskWord(bits - 96) }
}

/** Reads "10.0.0.0/8", "10.0.0.0/255.0.0.0", "10.0.0.1", "fd00::/8"; host bits are cleared, as iptables does. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return null
  const mask = slash < 0 ? maskOf(address.family, width(address.family)) : parseMask(text.slice(slash + 1), address.family)
  return mask && { address: masked(address, mask), mask }
}

function parseMask(text: string, family: Family): Address | null {
  if (/^\d{1,3}$/.test(text)) {
    const length = Number(text)
    return length <= width(family) ? maskOf(family, length) : null
  }
  const mask = parseAddress(text)
  if (mask?.family !== family) return null
  return family === 4 ? { ...mask, a: 0xffffffff, b: 0xffffffff, c: 0xffffffff } : mask
}

export const masked = (address: Address, mask: Address): Address => ({
  family: address.family,
  a: (address.a & mask.a) >>> 0,
  b: (address.b & mask.b) >>> 0,
  c: (address.c & mask.c) >>> 0,
  d: (address.d & mask.d) >>> 0,
})

export const contains = (prefix: Prefix, address: Address): boolean =>
  ((address.d ^ prefix.address.d) & prefix.mask.d) === 0 &&
  ((address.c ^ prefix.address.c) & prefix.mask.c) === 0 &&
  ((address.b ^ prefix.address.b) & prefix.mask.b) === 0 &&
  ((address.a ^ prefix.address.a) & prefix.mask.a) === 0

/** The number of leading ones, or null when the mask is not contiguous. */
export function prefixLength(mask: Address): number | null {
  const words = [mask.a, mask.b, mask.c, mask.d]
  const ones = words.reduce((sum, word) => sum + leadingOnes(word), 0)
  const contiguous = maskOf(6, ones)
  if (compareAddress(contiguous, mask) !== 0) return null
  return mask.family === 4 ? ones - 96 : ones
}

const leadingOnes = (word: number): number => Math.clz32(~word)

/** "10.0.0.0/8"; a mask that is not contiguous is printed as an address. */
export function printPrefix({ address, mask }: Prefix): string {
  const length = prefixLength(mask)
  return `${printAddress(address)}/${length ?? printMask(mask)}`
}

/** "255.0.255.0": the mask as an address of its family. */
export const printMask = (mask: Address): string => printAddress(mask.family === 4 ? { ...mask, a: 0, b: 0, c: 0xffff } : mask)

/** The prefix that holds every address of the family. */
export const anyPrefix = (family: Family): Prefix => ({ address: masked({ family, a: 0, b: 0, c: family === 4 ? 0xffff : 0, d: 0 }, maskOf(family, 0)), mask: maskOf(family, 0) })

/** The prefix that holds just this address. */
export const hostPrefix = (address: Address): Prefix => ({ address, mask: maskOf(address.family, width(address.family)) })

/** How many leading bits two addresses of one family have in common, of the 128 that an address is kept in (IPv4: as ::ffff:0:0/96). */
export function commonBits(x: Address, y: Address): number {
  let bits = 0
  for (const [a, b] of [[x.a, y.a], [x.b, y.b], [x.c, y.c], [x.d, y.d]] as const) {
    const same = Math.clz32(a ^ b)
    bits += same
    if (same < 32) break
  }
  return bits
}
