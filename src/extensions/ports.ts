import { anyPort, holdsPort, printPortRange } from '../net/portRange.ts'
import type { PortRange } from '../net/portRange.ts'
import { serviceName, servicePort } from '../net/service.ts'
import type { Negatable } from '../netfilter/ruleset.ts'
import type { Distinction } from './distinction.ts'
import type { ListingCursor, ListingStyle } from './listingCursor.ts'
import type { OptionReader } from './optionReader.ts'

/** What tcp, udp, sctp, dccp and udplite have in common. */
export interface PortPair {
  readonly sport?: Negatable<PortRange>
  readonly dport?: Negatable<PortRange>
}

export const PORT_OPTIONS = { '--sport': 1, '--source-port': 1, '--dport': 1, '--destination-port': 1 } as const

export function parsePorts(options: OptionReader): PortPair {
  const sport = options.take('--sport', '--source-port')
  const dport = options.take('--dport', '--destination-port')
  return { ...(sport && { sport: options.portRange(sport, ':') }), ...(dport && { dport: options.portRange(dport, ':') }) }
}

const saved = (flag: string, ports: Negatable<PortRange> | undefined): string[] => {
  if (!ports || (isFull(ports.value) && !ports.negated)) return []
  return [`${ports.negated ? '! ' : ''}${flag} ${printPortRange(ports.value, ':')}`]
}

const isFull = (range: PortRange): boolean => range.first === 0 && range.last === 65535

export const printPorts = (pair: PortPair): string[] => [...saved('--sport', pair.sport), ...saved('--dport', pair.dport)]

/** As sctp and dccp print them: every port that was given, a range that says nothing too. */
export function exactPorts({ sport, dport }: PortPair): string[] {
  const cell = (flag: string, ports: Negatable<PortRange> | undefined): string[] => (ports ? [`${ports.negated ? '! ' : ''}${flag} ${printPortRange(ports.value, ':')}`] : [])
  return [...cell('--sport', sport), ...cell('--dport', dport)]
}

/** "spt:80", "dpts:!1:1023". */
export function listPorts(pair: PortPair, protocol: string, style: ListingStyle): string[] {
  const port = (value: number): string => (style === 'names' ? (serviceName(value, protocol) ?? `${value}`) : `${value}`)
  const cell = (name: string, ports: Negatable<PortRange> | undefined): string[] => {
    if (!ports || (isFull(ports.value) && !ports.negated)) return []
    const { first, last } = ports.value
    const bang = ports.negated ? '!' : ''
    return [first === last ? `${name}:${bang}${port(first)}` : `${name}s:${bang}${port(first)}:${port(last)}`]
  }
  return [...cell('spt', pair.sport), ...cell('dpt', pair.dport)]
}

/** Reads "spt:…" and "dpt:…" where they stand. */
export function parseListedPorts(cursor: ListingCursor, protocol: string): PortPair {
  const sport = listedPorts(cursor, 'spt', protocol)
  const dport = listedPorts(cursor, 'dpt', protocol)
  return { ...(sport && { sport }), ...(dport && { dport }) }
}

function listedPorts(cursor: ListingCursor, name: string, protocol: string): Negatable<PortRange> | null {
  const at = cursor.position
  const text = cursor.suffix(`${name}s:`) ?? cursor.suffix(`${name}:`)
  if (text === null) return null
  const negated = text.startsWith('!')
  const [first = '', last = first] = (negated ? text.slice(1) : text).split(':')
  const value = { first: servicePort(first, protocol), last: servicePort(last, protocol) }
  if (value.first !== null && value.last !== null) return { value: { first: value.first, last: value.last }, negated }
  cursor.position = at
  return null
}

/** sctp and dccp save a range of all ports, but do not list it. */
export function withEveryPort<Info extends PortPair>(info: Info): Info[] {
  const every = { value: anyPort, negated: false }
  const sports = info.sport ? [info.sport] : [undefined, every]
  const dports = info.dport ? [info.dport] : [undefined, every]
  return sports.flatMap((sport) => dports.map((dport) => ({ ...info, ...(sport && { sport }), ...(dport && { dport }) }))).slice(1)
}

/** A test of one port against a range that may be negated. */
export function portTest(ports: Negatable<PortRange> | undefined): (port: number) => boolean {
  const { value, negated } = ports ?? { value: anyPort, negated: false }
  return (port) => holdsPort(value, port) !== negated
}

/** What a pair of ports tells apart. */
export const portDistinctions = ({ sport, dport }: PortPair): readonly Distinction[] => [
  ...(sport ? [{ of: 'sport', ...sport.value } as const] : []),
  ...(dport ? [{ of: 'dport', ...dport.value } as const] : []),
]
