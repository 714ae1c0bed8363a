/** DiffServ classes by name (RFC 2474, 2597, 3246; iptables' dscp_helper.c). */
const CLASSES: ReadonlyMap<string, number> = new Map([
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((n): [string, number] => [`CS${n}`, n << 3]),
  ['BE', 0],
  ...[1, 2, 3, 4].flatMap((n) => [1, 2, 3].map((drop): [string, number] => [`AF${n}${drop}`, (n << 3) | (drop << 1)])),
  ['EF', 0x2e],
])

/** The code point a class name stands for, in any case; null when it is none. */
export const readDscpClass = (text: string): number | null => CLASSES.get(text.toUpperCase()) ?? null
