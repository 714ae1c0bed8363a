import type { TargetExtension } from './extension.ts'
import type { OptionReader } from './optionReader.ts'
import { parseNumber } from './optionReader.ts'

export interface HopLimitChange {
  readonly mode: 'set' | 'dec' | 'inc'
  readonly value: number
}

const MODES = [['set', 'set to'], ['dec', 'decrement by'], ['inc', 'increment by']] as const

function parse(options: OptionReader, prefix: string): HopLimitChange {
  for (const [mode] of MODES) {
    const option = options.take(`--${prefix}-${mode}`)
    if (option) return { mode, value: options.number(option, 255) }
  }
  return { mode: 'inc', value: 0 }
}

/** xt_HL.c ttl_tg and hop_limit_tg: the result stays within 0 to 255. */
function changed(now: number, { mode, value }: HopLimitChange): number {
  if (mode === 'set') return value
  return mode === 'dec' ? Math.max(0, now - value) : Math.min(255, now + value)
}

/** TTL (IPv4) and HL (IPv6): one target under two names. */
export const hopLimitTarget = (name: 'TTL' | 'HL', prefix: 'ttl' | 'hl'): TargetExtension<HopLimitChange> => ({
  name,
  options: { [`--${prefix}-set`]: 1, [`--${prefix}-dec`]: 1, [`--${prefix}-inc`]: 1 },
  tables: ['mangle'],
  parse: (options) => parse(options, prefix),
  print: ({ mode, value }) => `--${prefix}-${mode} ${value}`,
  parseListing(cursor) {
    if (!cursor.skip(name)) return null
    const mode = MODES.find(([, words]) => cursor.skip(...words.split(' ')))
    const value = parseNumber(cursor.next() ?? '')
    return mode && value !== null ? { mode: mode[0], value } : null
  },
  printListing: ({ mode, value }) => `${name} ${MODES.find(([known]) => known === mode)?.[1] ?? ''} ${value}`,
  compile: (info) => (skb) => ({ kind: 'set', change: { ttl: changed(skb.ttl, info) } }),
})
