import type { Address, Family } from '../net/address.ts'
import { ipv4, ipv6, printAddress } from '../net/address.ts'
import { width } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'

/** Values of a field from first to last, both included: an address as a number of its family's width, a port, an id. */
export interface ValueRange {
  readonly first: bigint
  readonly last: bigint
}

export const range = (first: number | bigint, last: number | bigint = first): ValueRange => ({ first: BigInt(first), last: BigInt(last) })

export const addressValue = ({ family, a, b, c, d }: Address): bigint =>
  family === 4 ? BigInt(d >>> 0) : (BigInt(a >>> 0) << 96n) | (BigInt(b >>> 0) << 64n) | (BigInt(c >>> 0) << 32n) | BigInt(d >>> 0)

const word = (value: bigint, shift: bigint): number => Number((value >> shift) & 0xffffffffn)

export const addressOf = (family: Family, value: bigint): Address => (family === 4 ? ipv4(Number(value)) : ipv6(word(value, 96n), word(value, 64n), word(value, 32n), word(value, 0n)))

/** The addresses of a prefix; the mask must be contiguous. */
export function prefixRange({ address, mask }: Prefix): ValueRange {
  const whole = (1n << BigInt(width(address.family))) - 1n
  const first = addressValue(address)
  return { first, last: first | (whole & ~addressValue(mask)) }
}

/** "10.0.0.0/8", "10.0.0.1", "10.0.0.1-10.0.0.9". */
export function printAddressRange(family: Family, { first, last }: ValueRange): string {
  const from = printAddress(addressOf(family, first))
  if (first === last) return from
  const hosts = last - first
  const isPrefix = (hosts & (hosts + 1n)) === 0n && (first & hosts) === 0n
  return isPrefix ? `${from}/${width(family) - hosts.toString(2).length}` : `${from}-${printAddress(addressOf(family, last))}`
}

export const printNumberRange = ({ first, last }: ValueRange): string => (first === last ? `${first}` : `${first}-${last}`)

/** What of the universe is not in the ranges; both in order and disjoint. */
export function complement(universe: readonly ValueRange[], ranges: readonly ValueRange[]): readonly ValueRange[] {
  return ranges.reduce<readonly ValueRange[]>((left, cut) => left.flatMap((each) => without(each, cut)), universe)
}

function without(each: ValueRange, cut: ValueRange): readonly ValueRange[] {
  if (cut.last < each.first || cut.first > each.last) return [each]
  return [
    ...(cut.first > each.first ? [{ first: each.first, last: cut.first - 1n }] : []),
    ...(cut.last < each.last ? [{ first: cut.last + 1n, last: each.last }] : []),
  ]
}
