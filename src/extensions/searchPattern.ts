/** What a packet is searched for: text, or bytes as hex digits. */
export interface SearchPattern {
  readonly kind: 'string' | 'hex'
  readonly text: string
}

const isPrintable = (byte: number): boolean => byte >= 0x20 && byte <= 0x7e
const BACKSLASH = 0x5c

/** libxt_string.c is_hex_string: bytes that do not print, or a backslash at the end, are written in hex. */
function patternOf(bytes: readonly number[]): SearchPattern {
  if (bytes.every(isPrintable) && bytes.at(-1) !== BACKSLASH) return { kind: 'string', text: String.fromCharCode(...bytes) }
  return { kind: 'hex', text: bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('') }
}

export const readPlainString = (text: string): SearchPattern => patternOf([...new TextEncoder().encode(text)])

/** Reads text with bytes between bars, "GET |0d 0a|"; null when the bars do not pair or hold no bytes. */
export function readHexString(text: string): SearchPattern | null {
  const parts = text.split('|')
  if (parts.length % 2 === 0) return null
  const bytes: number[] = []
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 0) bytes.push(...new TextEncoder().encode(part))
    else {
      const digits = part.replace(/ /g, '')
      if (!/^([0-9a-f]{2})*$/i.test(digits)) return null
      for (let at = 0; at < digits.length; at += 2) bytes.push(parseInt(digits.slice(at, at + 2), 16))
    }
  }
  return patternOf(bytes)
}
