import { isAnyAddress, isMulticast } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import type { MatchContext } from '../matchContext.ts'
import { negatable, savedOption } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'

/** RTN_UNSPEC and up, in the order libxt_addrtype.c prints them. */
const TYPES = ['UNSPEC', 'UNICAST', 'LOCAL', 'BROADCAST', 'ANYCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'THROW', 'NAT', 'XRESOLVE'] as const

type Type = (typeof TYPES)[number]

interface Addrtype {
  readonly source?: Negatable<readonly Type[]>
  readonly destination?: Negatable<readonly Type[]>
  /** Only addresses of this interface count as local. */
  readonly limit?: 'in' | 'out'
}

function readTypes(text: string): Type[] | null {
  const names = text.toUpperCase().split(',')
  const types = TYPES.filter((type) => names.includes(type))
  return types.length === new Set(names).size ? types : null
}

function typesOption(options: OptionReader, flag: string): Negatable<readonly Type[]> | null {
  const option = options.take(flag)
  return option && negatable(option, () => {
    const types = readTypes(options.word(option))
    if (!types) options.refuse(option.args[0] ?? option.flag, `${flag} takes ${TYPES.join(', ')}`)
    return types ?? []
  })
}

function listedTypes(cursor: ListingCursor, name: string): Negatable<readonly Type[]> | null {
  if (cursor.peek() !== name) return null
  const text = cursor.peek(1) ?? ''
  const negated = text.startsWith('!')
  const value = readTypes(negated ? text.slice(1) : text)
  if (value) cursor.position += 2
  return value && { value, negated }
}

/** xt_addrtype.c match_type6: each type that is asked for must hold, save those a route lookup answers. */
function typeTest6(types: readonly Type[]): (address: Address, device: string | null, context: MatchContext) => boolean {
  const routed = types.filter((type) => type === 'LOCAL' || type === 'ANYCAST' || type === 'UNREACHABLE')
  return (address, device, context) => {
    if (types.includes('MULTICAST') && !isMulticast(address)) return false
    if (types.includes('UNICAST') && (isMulticast(address) || isAnyAddress(address))) return false
    if (types.includes('UNSPEC') && !isAnyAddress(address)) return false
    return routed.length === 0 || routed.some((type) => type === context.addressType(address, device))
  }
}

/** xt_addrtype.c match_type: inet_dev_addr_type gives one of the types. */
function typeTest(types: readonly Type[] | undefined): (address: Address, device: string | null, context: MatchContext) => boolean {
  if (!types) return () => true
  const six = typeTest6(types)
  return (address, device, context) => {
    if (address.family === 6) return six(address, device, context)
    const found = context.addressType(address, device)
    return types.some((type) => type === found)
  }
}

/** What kind of address source and destination are, by the routing tables. */
export const addrtype: MatchExtension<Addrtype> = {
  name: 'addrtype',
  options: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
  parse(options) {
    const source = typesOption(options, '--src-type')
    const destination = typesOption(options, '--dst-type')
    const limit = options.has('--limit-iface-in') ? 'in' : options.has('--limit-iface-out') ? 'out' : null
    return { ...(source && { source }), ...(destination && { destination }), ...(limit && { limit }) }
  },
  print({ source, destination, limit }) {
    const list = (types: readonly Type[]): string => types.join(',')
    const parts = [...savedOption('--src-type', source, list), ...savedOption('--dst-type', destination, list)]
    if (limit) parts.push(`--limit-iface-${limit}`)
    return parts.join(' ')
  },
  parseListing(cursor) {
    if (!cursor.skip('ADDRTYPE', 'match')) return null
    const source = listedTypes(cursor, 'src-type')
    const destination = listedTypes(cursor, 'dst-type')
    if (!source && !destination) return null
    const limit = cursor.skip('limit-in') ? 'in' : cursor.skip('limit-out') ? 'out' : null
    return { ...(source && { source }), ...(destination && { destination }), ...(limit && { limit }) }
  },
  printListing({ source, destination, limit }) {
    const cell = (name: string, types: Negatable<readonly Type[]> | undefined): string => (types ? ` ${name} ${types.negated ? '!' : ''}${types.value.join(',')}` : '')
    return `ADDRTYPE match${cell('src-type', source)}${cell('dst-type', destination)}${limit ? ` limit-${limit}` : ''}`
  },
  compile({ source, destination, limit }) {
    const [sourceTest, destinationTest] = [typeTest(source?.value), typeTest(destination?.value)]
    const [sourceNegated, destinationNegated] = [source?.negated ?? false, destination?.negated ?? false]
    return (skb, context) => {
      const device = limit === 'in' ? skb.in : limit === 'out' ? skb.out : null
      return sourceTest(skb.src, device, context) !== sourceNegated && destinationTest(skb.dst, device, context) !== destinationNegated
    }
  },
  seen: (skb, context) => `source ${context.addressType(skb.src, null)}, destination ${context.addressType(skb.dst, null)}`,
}
