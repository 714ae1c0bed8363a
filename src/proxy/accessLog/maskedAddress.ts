import type { Address, Family } from '../../net/address.ts'

/** An address of which somebody hid a part: "172.17.X.XXX", "10.0.0.xx". */
export interface MaskedAddress {
  readonly family: Family
  /** As it is written. */
  readonly masked: string
}

const HIDDEN = /[Xx*?]/
const OCTET = /^[\dXx*?]{1,3}$/

/** null when it is no address with a hidden part. */
export function parseMasked(text: string): MaskedAddress | null {
  if (text.length > 60 || !HIDDEN.test(text)) return null
  if (text.includes(':')) return /^[\da-fA-FXx*?:]+$/.test(text) && text.split(':').length <= 8 ? { family: 6, masked: text } : null
  const octets = text.split('.')
  const readable = octets.length === 4 && octets.every((octet) => OCTET.test(octet) && (HIDDEN.test(octet) || Number(octet) <= 255))
  return readable ? { family: 4, masked: text } : null
}

/** Whether the address could be what was hidden. Of IPv6 the hidden parts may be anything. */
export function maskedIsAddress({ family, masked }: MaskedAddress, address: Address): boolean {
  if (family !== address.family) return false
  if (family === 6) return true
  return masked.split('.').every((octet, i) => octetMayBe(octet, (address.d >>> (24 - 8 * i)) & 255))
}

/** Whether two hidden addresses could be one. */
export function maskedMeet(x: MaskedAddress, y: MaskedAddress): boolean {
  if (x.family !== y.family) return false
  if (x.family === 6) return true
  const others = y.masked.split('.')
  return x.masked.split('.').every((octet, i) => VALUES.some((value) => octetMayBe(octet, value) && octetMayBe(others[i] ?? '', value)))
}

const VALUES = Array.from({ length: 256 }, (_, value) => value)

/** Signs alone hide any number, however many they are; beside digits each hides one digit. */
function octetMayBe(octet: string, value: number): boolean {
  if (!HIDDEN.test(octet)) return Number(octet) === value
  if (!/\d/.test(octet)) return true
  const digits = String(value)
  return digits.length === octet.length && [...octet].every((sign, i) => HIDDEN.test(sign) || sign === digits[i])
}
