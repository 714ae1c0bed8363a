import { compareAddress, parseAddress, printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { negatable, savedOption } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'

interface AddressRange {
  readonly first: string
  readonly last: string
}

interface Iprange {
  readonly source?: Negatable<AddressRange>
  readonly destination?: Negatable<AddressRange>
}

const addressOf = (text: string): Address => {
  const address = parseAddress(text)
  if (!address) throw new Error(`iprange was given ${text}, which no reader lets through`)
  return address
}

/** Reads "a-b" or a single address; null when it is neither, or of another family. */
function readRange(text: string, family: number): AddressRange | null {
  const [low = '', high = low] = text.split('-')
  const [first, last] = [parseAddress(low), parseAddress(high)]
  return first?.family === family && last?.family === family ? { first: printAddress(first), last: printAddress(last) } : null
}

function rangeOption(options: OptionReader, flag: string): Negatable<AddressRange> | null {
  const option = options.take(flag)
  return option && negatable(option, () => {
    const range = readRange(options.word(option), options.family)
    if (!range) options.refuse(option.args[0] ?? option.flag, `${flag} takes two IPv${options.family} addresses, ADDRESS-ADDRESS`)
    return range ?? { first: options.family === 4 ? '0.0.0.0' : '::', last: options.family === 4 ? '0.0.0.0' : '::' }
  })
}

function listedRange(cursor: ListingCursor, side: string): Negatable<AddressRange> | null {
  const at = cursor.position
  if (!cursor.skip(side, 'IP', 'range')) return null
  const negated = cursor.skip('!')
  const value = readRange(cursor.next() ?? '', cursor.family)
  if (!value) cursor.position = at
  return value && { value, negated }
}

const printRange = ({ first, last }: AddressRange): string => `${first}-${last}`

function rangeTest(range: Negatable<AddressRange> | undefined): (address: Address) => boolean {
  if (!range) return () => true
  const [first, last] = [addressOf(range.value.first), addressOf(range.value.last)]
  const { negated } = range
  return (address) => (compareAddress(address, first) >= 0 && compareAddress(address, last) <= 0) !== negated
}

/** xt_iprange.c iprange_mt4 and iprange_mt6. */
export const iprange: MatchExtension<Iprange> = {
  name: 'iprange',
  options: { '--src-range': 1, '--dst-range': 1 },
  parse(options) {
    const source = rangeOption(options, '--src-range')
    const destination = rangeOption(options, '--dst-range')
    return { ...(source && { source }), ...(destination && { destination }) }
  },
  print: ({ source, destination }) => [...savedOption('--src-range', source, printRange), ...savedOption('--dst-range', destination, printRange)].join(' '),
  parseListing(cursor) {
    const source = listedRange(cursor, 'source')
    const destination = listedRange(cursor, 'destination')
    return source || destination ? { ...(source && { source }), ...(destination && { destination }) } : null
  },
  printListing({ source, destination }) {
    const cell = (side: string, range: Negatable<AddressRange> | undefined): string[] => (range ? [`${side} IP range ${range.negated ? '! ' : ''}${printRange(range.value)}`] : [])
    return [...cell('source', source), ...cell('destination', destination)].join(' ')
  },
  compile({ source, destination }) {
    const [sourceTest, destinationTest] = [rangeTest(source), rangeTest(destination)]
    return (skb) => sourceTest(skb.src) && destinationTest(skb.dst)
  },
  region: ({ source, destination }) => ([['src', source], ['dst', destination]] as const).flatMap(([of, range]) => (range ? [{ of, first: addressOf(range.value.first), last: addressOf(range.value.last) }] : [])),
  seen: (skb) => `source ${printAddress(skb.src)}, destination ${printAddress(skb.dst)}`,
}
