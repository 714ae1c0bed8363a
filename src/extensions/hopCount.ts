import type { MatchExtension } from './extension.ts'
import type { OptionReader } from './optionReader.ts'

/** How many routers a packet may still pass: ttl of IPv4, hl of IPv6. */
export interface HopCount {
  readonly comparison: 'eq' | 'ne' | 'lt' | 'gt'
  readonly value: number
}

const SIGNS = [['eq', '=='], ['ne', '!='], ['lt', '<'], ['gt', '>']] as const

/** ipt_ttl.c ttl_mt and ip6t_hl.c hl_mt6 are the same comparison. */
export function hopCountMatch(name: 'ttl' | 'hl'): MatchExtension<HopCount> {
  const word = name.toUpperCase()
  return {
    name,
    options: { [`--${name}`]: 1, [`--${name}-eq`]: 1, [`--${name}-lt`]: 1, [`--${name}-gt`]: 1 },
    parse: (options) => parse(options, name),
    print: ({ comparison, value }) => (comparison === 'ne' ? `! --${name}-eq ${value}` : `--${name}-${comparison} ${value}`),
    parseListing(cursor) {
      if (cursor.peek() !== word || cursor.peek(1) !== 'match' || cursor.peek(2) !== word) return null
      const comparison = SIGNS.find(([, sign]) => cursor.peek(3) === sign)?.[0]
      const value = cursor.peek(4) ?? ''
      if (!comparison || !/^\d+$/.test(value)) return null
      cursor.position += 5
      return { comparison, value: Number(value) }
    },
    printListing: ({ comparison, value }) => `${word} match ${word} ${SIGNS.find(([each]) => each === comparison)?.[1] ?? ''} ${value}`,
    compile({ comparison, value }) {
      switch (comparison) {
        case 'eq': return (skb) => skb.ttl === value
        case 'ne': return (skb) => skb.ttl !== value
        case 'lt': return (skb) => skb.ttl < value
        case 'gt': return (skb) => skb.ttl > value
      }
    },
    seen: (skb) => `${word} ${skb.ttl}`,
  }
}

function parse(options: OptionReader, name: string): HopCount {
  const equal = options.take(`--${name}-eq`, `--${name}`)
  if (equal) return { comparison: equal.negated ? 'ne' : 'eq', value: options.number(equal, 255) }
  const less = options.take(`--${name}-lt`)
  if (less) return { comparison: 'lt', value: options.number(less, 255) }
  const greater = options.take(`--${name}-gt`)
  return { comparison: 'gt', value: greater ? options.number(greater, 255) : 0 }
}
