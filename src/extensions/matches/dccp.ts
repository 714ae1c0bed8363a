import { Protocol } from '../../net/protocol.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import { and } from '../../netfilter/ternary.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'
import { exactPorts, listPorts, parseListedPorts, parsePorts, portTest, PORT_OPTIONS, withEveryPort } from '../ports.ts'
import type { PortPair } from '../ports.ts'
import { unmodelled } from '../unmodelled.ts'

const TYPES = ['REQUEST', 'RESPONSE', 'DATA', 'ACK', 'DATAACK', 'CLOSEREQ', 'CLOSE', 'RESET', 'SYNC', 'SYNCACK', 'INVALID'] as const

type Type = (typeof TYPES)[number]

interface Dccp extends PortPair {
  readonly types?: Negatable<readonly Type[]>
  readonly option?: Negatable<number>
}

/** The types from INVALID on are reserved ones: with -n it is all of them. */
const LAST_TYPE = 15

function readTypes(text: string): Type[] | null {
  const names = text.toUpperCase().split(',')
  const types = TYPES.filter((type, i) => names.some((name) => name === type || name === `${i}`))
  return names.every((name) => TYPES.some((type) => type === name) || (/^\d+$/.test(name) && Number(name) <= LAST_TYPE)) ? types : null
}

function listTypes(types: readonly Type[], style: ListingStyle): string {
  if (style === 'names') return types.join(',')
  return types.map((type) => (type === 'INVALID' ? [10, 11, 12, 13, 14, LAST_TYPE].join(',') : `${TYPES.indexOf(type)}`)).join(',')
}

function parse(options: OptionReader): Dccp {
  const [typed, optioned] = [options.take('--dccp-types'), options.take('--dccp-option')]
  const types = typed && readTypes(options.word(typed))
  if (typed && !types) options.refuse(typed.args[0] ?? typed.flag, `--dccp-types takes ${TYPES.join(', ')}`)
  return {
    ...parsePorts(options),
    ...(typed && { types: { value: types ?? [], negated: typed.negated } }),
    ...(optioned && { option: { value: options.number(optioned, 255), negated: optioned.negated } }),
  }
}

function listedTypes(cursor: ListingCursor): Negatable<readonly Type[]> | null {
  const ahead = cursor.peek() === '!' ? 1 : 0
  const value = readTypes(cursor.peek(ahead) ?? '')
  if (value) cursor.position += ahead + 1
  return value && { value, negated: ahead === 1 }
}

/** xt_dccp.c dccp_mt: ports, packet types and an option. */
export const dccp: MatchExtension<Dccp> = {
  name: 'dccp',
  options: { ...PORT_OPTIONS, '--dccp-types': 1, '--dccp-option': 1 },
  impliedBy: [Protocol.dccp],
  parse,
  print({ types, option, ...ports }) {
    const parts = exactPorts(ports)
    if (types) parts.push(`${bang(types)}--dccp-types ${types.value.join(',')}`)
    if (option) parts.push(`${bang(option)}--dccp-option ${option.value}`)
    return parts.join(' ')
  },
  unlisted: withEveryPort,
  parseListing(cursor) {
    if (!cursor.skip('dccp')) return null
    const ports = parseListedPorts(cursor, 'dccp')
    const types = listedTypes(cursor)
    const option = cursor.suffix('option=')
    return { ...ports, ...(types && { types }), ...(option !== null && { option: { value: Number(option.replace('!', '')), negated: option.startsWith('!') } }) }
  },
  printListing({ types, option, ...ports }, style) {
    const parts = ['dccp', ...listPorts(ports, 'dccp', style)]
    if (types) parts.push(`${bang(types)}${listTypes(types.value, style)}`)
    if (option) parts.push(`option=${option.negated ? '!' : ''}${option.value}`)
    return parts.join(' ')
  },
  compile({ sport, dport, types, option }) {
    const [source, destination] = [portTest(sport), portTest(dport)]
    const header = !types && !option ? true : unmodelled('dccp', "the packet's type and options", null)
    return (skb) => and(skb.protocol === Protocol.dccp && source(skb.sport) && destination(skb.dport), header)
  },
  seen: (skb) => `source port ${skb.sport}, destination port ${skb.dport}`,
}
