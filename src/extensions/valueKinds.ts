import { parseAddress, printAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { parseMac } from '../net/mac.ts'
import type { DeclaredValue, ValueKind } from './declaredTarget.ts'
import type { ListingStyle } from './listingCursor.ts'
import { parseNumber } from './optionReader.ts'
import { quoted } from './quoted.ts'

const asText = (value: DeclaredValue): string => `${value}`

/** Any one word. */
export const WORD: ValueKind = { read: (text) => text, save: asText, list: asText }

/** A text that is quoted where it must be. */
export const QUOTED: ValueKind = { read: (text) => text, save: (value) => quoted(asText(value)), list: (value) => quoted(asText(value)), quoted: true }

/** One of these words, in any case. */
export const oneOf = (...words: readonly string[]): ValueKind => ({ ...WORD, read: (text) => words.find((word) => word === text.toLowerCase()) ?? null })

export function readUpTo(text: string, max: number): number | null {
  const value = parseNumber(text)
  return value !== null && value <= max ? value : null
}

/** A number up to `max`, in decimal. */
export const upTo = (max: number): ValueKind => ({ read: (text) => readUpTo(text, max), save: asText, list: asText })

/** A number up to `max` in hex: a save pads it to `width` digits, a listing does not. */
export const hexUpTo = (max: number, width: number): ValueKind => ({
  read: (text) => readUpTo(text, max),
  save: (value) => `0x${Number(value).toString(16).padStart(width, '0')}`,
  list: (value) => `0x${Number(value).toString(16)}`,
})

function readHost(text: string, family: Family): string | null {
  if (text === 'localhost') return family === 4 ? '127.0.0.1' : '::1'
  const address = parseAddress(text)
  return address?.family === family ? printAddress(address) : null
}

const listHost = (value: DeclaredValue, style: ListingStyle): string => (style === 'names' && value === '127.0.0.1' ? 'localhost' : asText(value))

/** An address, which a listing without -n looks up. */
export const HOST: ValueKind = { read: readHost, save: asText, list: listHost }

/** A text that is quoted always. */
export const ALWAYS_QUOTED: ValueKind = { ...QUOTED, save: (value) => alwaysQuoted(value), list: (value) => alwaysQuoted(value) }

const alwaysQuoted = (value: DeclaredValue): string => `"${`${value}`.replace(/["\\]/g, '\\$&')}"`

const U16 = 0xffff
const U32 = 0xffffffff

/** "1:a" is class 1:10 in hex; a save pads both halves to four digits. */
export const TRAFFIC_CLASS: ValueKind = {
  read(text) {
    const [major, minor] = text.split(':').map((half) => (/^[0-9a-f]{1,8}$/i.test(half) ? parseInt(half, 16) & U16 : null))
    return major === undefined || major === null || minor === undefined || minor === null ? null : major * 0x10000 + minor
  },
  save: (value) => classHalves(value).map((half) => half.padStart(4, '0')).join(':'),
  list: (value) => classHalves(value).join(':'),
}

const classHalves = (value: DeclaredValue): string[] => [Math.floor(Number(value) / 0x10000), Number(value) % 0x10000].map((half) => half.toString(16))

/** "3:6": queues 3 to 6. */
export const QUEUES: ValueKind = {
  ...WORD,
  read(text) {
    const [first, last] = text.split(':').map((half, i) => (half === '' ? (i === 0 ? 0 : U16 - 1) : readUpTo(half, U16 - 1)))
    return first === undefined || first === null || last === undefined || last === null || first >= last ? null : `${first}:${last}`
  },
}

/** TCP options by the names libxt_TCPOPTSTRIP gives them. */
const TCP_OPTIONS: readonly (readonly [number, string])[] = [[3, 'wscale'], [2, 'mss'], [4, 'sack-permitted'], [5, 'sack'], [8, 'timestamp'], [19, 'md5']]

const tcpOption = (text: string): number | null => TCP_OPTIONS.find(([, name]) => name === text)?.[0] ?? readUpTo(text, 255)

export const TCP_OPTION_LIST: ValueKind = {
  read(text) {
    const numbers = text.split(',').map(tcpOption)
    if (numbers.some((number) => number === null || number < 2)) return null
    return numbers.map(Number).sort((x, y) => x - y).join(',')
  },
  save: (value) => `${value}`,
  // iptables up to 1.8.7 lists an empty list.
  unlisted: '',
  list: (value, style) => (style === 'numbers' ? `${value}` : `${value}`.split(',').map((number) => TCP_OPTIONS.find(([known]) => known === Number(number))?.[1] ?? number).join(',')),
}

/** "fd00::/64": kept as it was given, host bits and all. */
export const NPT_PREFIX: ValueKind = {
  ...WORD,
  read(text) {
    const [host = '', length = '128'] = text.split('/')
    const [address, bits] = [parseAddress(host), readUpTo(length, 128)]
    return address?.family === 6 && bits !== null ? `${printAddress(address)}/${bits}` : null
  },
}

/** Milliseconds, or "inf". */
export const LED_DELAY: ValueKind = {
  read: (text) => (/^inf/i.test(text) ? 'inf' : readUpTo(text.replace(/ms$/, ''), U32)),
  save: (value) => `${value}`,
  list: (value) => (value === 'inf' ? 'inf' : `${value}ms`),
}

/** An Ethernet address. */
export const MAC: ValueKind = { ...WORD, read: (text) => parseMac(text)?.toUpperCase() ?? null }
