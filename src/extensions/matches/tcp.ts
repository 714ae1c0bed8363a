import { Protocol } from '../../net/protocol.ts'
import { describeTcpFlags, parseTcpFlags, printTcpFlags, TcpFlag } from '../../net/tcpFlags.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { listPorts, parseListedPorts, parsePorts, PORT_OPTIONS, portDistinctions, portTest, printPorts } from '../ports.ts'
import type { PortPair } from '../ports.ts'
import type { OptionReader } from '../optionReader.ts'

interface FlagTest {
  readonly mask: number
  readonly set: number
}

interface Tcp extends PortPair {
  readonly flags?: Negatable<FlagTest>
  /** TCP option number. */
  readonly option?: Negatable<number>
}

const SYN: FlagTest = { mask: TcpFlag.FIN | TcpFlag.SYN | TcpFlag.RST | TcpFlag.ACK, set: TcpFlag.SYN }

function parseFlags(options: OptionReader): Negatable<FlagTest> | null {
  const syn = options.take('--syn')
  if (syn) return { value: SYN, negated: syn.negated }
  const option = options.take('--tcp-flags')
  if (!option) return null
  const [mask, set] = option.args.map((word) => parseTcpFlags(word.text))
  if (mask === undefined || mask === null || set === undefined || set === null) options.refuse(option.flag, '--tcp-flags takes two lists of flags')
  return { value: { mask: mask ?? 0, set: set ?? 0 }, negated: option.negated }
}

function listedFlags(cursor: ListingCursor): Negatable<FlagTest> | null {
  const text = cursor.suffix('flags:')
  if (text === null) return null
  const negated = text.startsWith('!')
  const [mask = '', set = ''] = (negated ? text.slice(1) : text).split('/')
  const bits = (word: string): number => (word.startsWith('0x') ? parseInt(word, 16) : (parseTcpFlags(word) ?? 0))
  return { value: { mask: bits(mask), set: bits(set) }, negated }
}

function listFlags({ value, negated }: Negatable<FlagTest>, style: ListingStyle): string {
  const hex = (bits: number): string => `0x${bits.toString(16).toUpperCase().padStart(2, '0')}`
  const text = style === 'names' ? `${printTcpFlags(value.mask)}/${printTcpFlags(value.set)}` : `${hex(value.mask)}/${hex(value.set)}`
  return `flags:${negated ? '!' : ''}${text}`
}

/** libxt_tcp: ports and flags of TCP. */
export const tcp: MatchExtension<Tcp> = {
  name: 'tcp',
  options: { ...PORT_OPTIONS, '--tcp-flags': 2, '--syn': 0, '--tcp-option': 1 },
  impliedBy: [Protocol.tcp],
  parse(options) {
    const flags = parseFlags(options)
    const option = options.take('--tcp-option')
    return { ...parsePorts(options), ...(flags && { flags }), ...(option && { option: { value: options.number(option, 255), negated: option.negated } }) }
  },
  print({ flags, option, ...ports }) {
    const parts = printPorts(ports)
    if (option) parts.push(`${option.negated ? '! ' : ''}--tcp-option ${option.value}`)
    if (flags) parts.push(`${flags.negated ? '! ' : ''}--tcp-flags ${printTcpFlags(flags.value.mask)} ${printTcpFlags(flags.value.set)}`)
    return parts.join(' ')
  },
  parseListing(cursor) {
    if (!cursor.skip('tcp')) return null
    const ports = parseListedPorts(cursor, 'tcp')
    const option = cursor.suffix('option=')
    const flags = listedFlags(cursor)
    return {
      ...ports,
      ...(flags && { flags }),
      ...(option !== null && { option: { value: Number(option.replace('!', '')), negated: option.startsWith('!') } }),
    }
  },
  printListing({ flags, option, ...ports }, style) {
    const parts = ['tcp', ...listPorts(ports, 'tcp', style)]
    if (option) parts.push(`option=${option.negated ? '!' : ''}${option.value}`)
    if (flags) parts.push(listFlags(flags, style))
    return parts.join(' ')
  },
  compile({ sport, dport, flags, option }) {
    const source = portTest(sport)
    const destination = portTest(dport)
    return (skb) => {
      if (skb.protocol !== Protocol.tcp || !source(skb.sport) || !destination(skb.dport)) return false
      if (flags && ((skb.tcpFlags & flags.value.mask) === flags.value.set) === flags.negated) return false
      if (!option) return true
      return { code: 'unmodelled-tcp-option', message: `whether the segment carries TCP option ${option.value} is not modelled`, probability: null, key: null }
    }
  },
  region: portDistinctions,
  seen: (skb) => `source port ${skb.sport}, destination port ${skb.dport}, ${describeTcpFlags(skb.tcpFlags) || 'no flags'}`,
}
