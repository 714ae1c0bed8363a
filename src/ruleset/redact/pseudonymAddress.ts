import { parseAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { commonBits, contains, parsePrefix, width } from '../../net/prefix.ts'

/** 0 or 1 for a text, the same each time: a keyed hash whose key nobody else has. */
export type SecretBit = (text: string) => 0 | 1

/** How many leading bits of which addresses say what kind they are and stay. */
const KEPT = (
  [
    ['127.0.0.0/8', 32], ['0.0.0.0/8', 32], ['224.0.0.0/3', 32], ['169.254.0.0/16', 16], ['192.168.0.0/16', 16], ['172.16.0.0/12', 12], ['100.64.0.0/10', 10], ['0.0.0.0/0', 8],
    ['::/96', 128], ['ff00::/8', 128], ['fe80::/10', 64], ['::/0', 16],
  ] as const
).flatMap(([text, bits]) => {
  const prefix = parsePrefix(text)
  return prefix ? [{ prefix, bits }] : []
})

/** The last bits stay too, so that neighbours keep their order (ranges). */
const LAST = { 4: 8, 6: 16 } as const

const WORDS = ['a', 'b', 'c', 'd'] as const

/**
 * Another address in place of this one. Two addresses have as many leading bits in common as before, so what lay in a
 * network lies in the network that took its place; loopback, multicast and private ranges stay what they are.
 */
export function pseudonymAddress(address: Address, secret: SecretBit): Address {
  const { family } = address
  const first = keptBits(address)
  const words = { a: address.a, b: address.b, c: address.c, d: address.d }
  const offset = family === 4 ? 96 : 0
  let leading = `${family} `
  for (let bit = 0; bit < width(family) - LAST[family]; bit += 1) {
    const word = WORDS[(offset + bit) >> 5] ?? 'd'
    const at = 31 - ((offset + bit) & 31)
    const value = (address[word] >>> at) & 1
    if (bit >= first && secret(leading) === 1) words[word] = (words[word] ^ (1 << at)) >>> 0
    leading += value
  }
  return { family, ...words }
}

/** Bits on the way to a range that stays are left alone too: whoever shares them with it shares them afterwards. */
function keptBits(address: Address): number {
  const shared = 128 - width(address.family)
  return Math.max(...KEPT.filter(({ prefix }) => prefix.address.family === address.family).map(({ prefix, bits }) => (contains(prefix, address) ? bits : commonBits(prefix.address, address) - shared + 1)))
}

const QUAD = /(?<![\d./])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g
const GROUPS = /(?<![\w:./])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:.])/gi

/** Where in a text an address may stand. */
export const ADDRESSES: readonly RegExp[] = [QUAD, GROUPS]

/** The text with every address in it replaced; masks behind a slash are none. */
export const replaceAddresses = (text: string, replace: (address: Address, text: string) => string): string =>
  ADDRESSES.reduce((all, pattern) => all.replace(pattern, (found) => {
    const address = parseAddress(found)
    return address ? replace(address, found) : found
  }), text)
