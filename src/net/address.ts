/** IPv4 or IPv6; everything below the parser treats the two alike. */
export type Family = 4 | 6

/**
 * An IP address as four 32-bit words, most significant first. IPv4 is held v4-mapped
 * (::ffff:a.b.c.d), so masks and comparisons need no family of their own.
 */
export interface Address {
  readonly family: Family
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

const V4_MAPPED = 0xffff

/** The IPv4 address with this value (0 to 2^32-1). */
export const ipv4 = (value: number): Address => ({ family: 4, a: 0, b: 0, c: V4_MAPPED, d: value >>> 0 })

/** The IPv6 address of these four words. */
export const ipv6 = (a: number, b: number, c: number, d: number): Address => ({ family: 6, a: a >>> 0, b: b >>> 0, c: c >>> 0, d: d >>> 0 })

const QUAD = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

const PRINTED_QUAD = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/

/** Whether it is an IPv4 address just as it would be printed. */
export const isPrintedQuad = (text: string): boolean => PRINTED_QUAD.test(text)

function parseQuad(text: string): number | null {
  const parts = QUAD.exec(text)
  if (!parts) return null
  let value = 0
  for (const part of parts.slice(1)) {
    const octet = Number(part)
    if (octet > 255) return null
    value = value * 256 + octet
  }
  return value
}

/** Reads "10.0.0.1", "fe80::1", "::ffff:10.0.0.1"; a zone ("%eth0") is refused. Null when it is no address. */
export function parseAddress(text: string): Address | null {
  if (!text.includes(':')) {
    const value = parseQuad(text)
    return value === null ? null : ipv4(value)
  }
  const groups = parseGroups(text)
  if (!groups) return null
  const word = (i: number): number => ((groups[i] ?? 0) * 0x10000 + (groups[i + 1] ?? 0)) >>> 0
  return ipv6(word(0), word(2), word(4), word(6))
}

function parseGroups(text: string): number[] | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const head = parseHalf(halves[0] ?? '')
  const tail = halves.length === 2 ? parseHalf(halves[1] ?? '') : []
  if (!head || !tail) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 1) return missing === 0 ? head : null
  return missing < 1 ? null : [...head, ...new Array<number>(missing).fill(0), ...tail]
}

function parseHalf(text: string): number[] | null {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const quad = i === parts.length - 1 ? parseQuad(part) : null
      if (quad === null) return null
      groups.push(Math.floor(quad / 0x10000), quad % 0x10000)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null
      groups.push(parseInt(part, 16))
    }
  }
  return groups
}

const quad = (value: number): string => `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`

/** As the kernel and inet_ntop print it (RFC 5952). */
export function printAddress(address: Address): string {
  if (address.family === 4) return quad(address.d)
  const { a, b, c, d } = address
  if (a === 0 && b === 0 && c === V4_MAPPED) return `::ffff:${quad(d)}`
  // inet_ntop's other embedded form: ::127.0.0.53.
  if (a === 0 && b === 0 && c === 0 && d >>> 16 !== 0) return `::${quad(d)}`
  const groups = [a, b, c, d].flatMap((word) => [word >>> 16, word & 0xffff])
  const [start, length] = longestZeroRun(groups)
  const hex = groups.map((group) => group.toString(16))
  if (length < 2) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

function longestZeroRun(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0]
  let start = 0
  for (let i = 0; i <= groups.length; i += 1) {
    if (groups[i] === 0) continue
    if (i - start > best[1]) best = [start, i - start]
    start = i + 1
  }
  return best
}

export const sameAddress = (x: Address, y: Address): boolean =>
  x.d === y.d && x.c === y.c && x.b === y.b && x.a === y.a && x.family === y.family

/** "10.0.0.1:80" or "[fe80::1]:80". */
export const printEndpoint = (address: Address, port: number): string =>
  address.family === 4 ? `${quad(address.d)}:${port}` : `[${printAddress(address)}]:${port}`

/** Orders addresses of one family by value. */
export const compareAddress = (x: Address, y: Address): number => x.a - y.a || x.b - y.b || x.c - y.c || x.d - y.d

/** 0.0.0.0 or ::. */
export const anyAddress = (family: Family): Address => (family === 4 ? ipv4(0) : ipv6(0, 0, 0, 0))

export const isAnyAddress = (address: Address): boolean => sameAddress(address, anyAddress(address.family))

/** 127.0.0.1 or ::1. */
export const loopbackAddress = (family: Family): Address => (family === 4 ? ipv4(0x7f000001) : ipv6(0, 0, 0, 1))

/** 127.0.0.0/8 or ::1. */
export const isLoopback = (address: Address): boolean =>
  address.family === 4 ? address.d >>> 24 === 127 : sameAddress(address, loopbackAddress(6))

/** 224.0.0.0/4 or ff00::/8. */
export const isMulticast = (address: Address): boolean =>
  address.family === 4 ? address.d >>> 28 === 14 : address.a >>> 24 === 0xff

/** fe80::/10 or 169.254.0.0/16. */
export const isLinkLocal = (address: Address): boolean =>
  address.family === 4 ? address.d >>> 16 === 0xa9fe : address.a >>> 22 === 0xfe800000 >>> 22
