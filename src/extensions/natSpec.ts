import type { Option } from '../../grammar/ast.ts'
import { isPrintedQuad, parseAddress, printAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { printPortRange } from '../net/portRange.ts'
import type { PortRange } from '../net/portRange.ts'
import { servicePort } from '../net/service.ts'
import type { Distinction } from './distinction.ts'
import type { NatRange } from './effect.ts'
import type { ListingCursor } from './listingCursor.ts'
import { parseNumber } from './optionReader.ts'
import type { OptionReader } from './optionReader.ts'

/** Where DNAT and SNAT send to: addresses, ports, or both; `base` is the port that maps to the first one (shifted port maps). */
export interface NatTo {
  readonly addresses?: { readonly first: string; readonly last: string }
  readonly ports?: PortRange
  readonly base?: number
}

/** How NAT chooses within its range. */
export interface NatChoice {
  readonly random?: true
  readonly randomFully?: true
  readonly persistent?: true
}

export type NatSpec = NatTo & NatChoice

export const NAT_CHOICES = { '--random': 0, '--random-fully': 0, '--persistent': 0 } as const

/** Reads "80", "80-90" or "80-90/100" (libxt_NAT.c parse_ports); null when it is none. */
export function readNatPorts(text: string): NatTo | null {
  const only = PORT.test(text) ? Number(text) : null
  if (only !== null && only <= 65535) return { ports: { first: only, last: only } }
  const [range = '', base] = text.split('/')
  const [first = '', last] = range.split('-')
  const from = readPort(first)
  const to = last === undefined ? from : numericPort(last)
  if (from === null || to === null || to < from || (base !== undefined && last === undefined)) return null
  if (base === undefined) return { ports: { first: from, last: to } }
  const shift = readPort(base)
  return shift === null ? null : { ports: { first: from, last: to }, base: shift }
}

const PORT = /^[1-9]\d{0,4}$/

const numericPort = (text: string): number | null => {
  const port = parseNumber(text)
  return port !== null && port <= 65535 ? port : null
}

const readPort = (text: string): number | null => numericPort(text) ?? (/^\d/.test(text) ? null : servicePort(text, null))

/** Reads "10.0.0.1-10.0.0.9:80-90", "[fd00::1]:80", ":8080" (libxt_NAT.c parse_to); null when it is none. */
export function readNatTo(text: string, family: Family): NatTo | null {
  const { hosts, ports } = splitEndpoint(text)
  const addresses = hosts === '' ? null : readAddresses(hosts, family)
  const read = ports === null ? null : readNatPorts(ports)
  if ((ports !== null && !read) || (hosts !== '' && !addresses) || (hosts === '' && ports === null)) return null
  if (!addresses || !read) return addresses ? { addresses } : read
  return read.ports && read.base === undefined ? { addresses, ports: read.ports } : { addresses, ...read }
}

/** One colon is port information; more of them, without brackets, make an IPv6 address. */
function splitEndpoint(text: string): { hosts: string; ports: string | null } {
  const bracketed = text.startsWith('[') ? /^\[([^\]]*)\](?::(.*))?$/.exec(text) : null
  if (bracketed) return { hosts: bracketed[1] ?? '', ports: bracketed[2] ?? null }
  const colon = text.indexOf(':')
  if (colon < 0 || text.includes(':', colon + 1)) return { hosts: text, ports: null }
  return { hosts: text.slice(0, colon), ports: text.slice(colon + 1) }
}

function readAddresses(text: string, family: Family): NatTo['addresses'] | null {
  const dash = text.indexOf('-')
  const first = readHost(dash < 0 ? text : text.slice(0, dash), family)
  const last = dash < 0 ? first : readHost(text.slice(dash + 1), family)
  return first !== null && last !== null ? { first, last } : null
}

function readHost(text: string, family: Family): string | null {
  if (family === 4 && isPrintedQuad(text)) return text
  const address = parseAddress(text)
  return address?.family === family ? printAddress(address) : null
}

/** libxt_NAT.c sprint_range: IPv6 addresses have brackets only before a port. */
export function printNatTo({ addresses, ports, base }: NatTo): string {
  const hosts = addresses ? (addresses.first === addresses.last ? addresses.first : `${addresses.first}-${addresses.last}`) : ''
  if (!ports) return hosts
  const bracketed = hosts.includes(':') ? `[${hosts}]` : hosts
  return `${bracketed}:${printNatPorts({ ports, ...(base !== undefined && { base }) })}`
}

export const printNatPorts = ({ ports, base }: NatTo): string => (ports ? printPortRange(ports, '-') + (base === undefined ? '' : `/${base}`) : '')

/** A NAT target's options: its own, which says where to, and how it chooses. */
export function parseNatSpec(options: OptionReader, flags: readonly string[], read: (text: string) => NatTo | null): NatSpec {
  const to = natOption(options, options.take(...flags), read)
  return options.isDone ? to : { ...to, ...parseNatChoice(options) }
}

function parseNatChoice(options: OptionReader): NatChoice {
  return {
    ...(options.has('--random') && { random: true }),
    ...(options.has('--random-fully') && { randomFully: true }),
    ...(options.has('--persistent') && { persistent: true }),
  }
}

/** The words behind the range, each with `prefix`: "--" in a save, nothing in a listing. */
export function natChoiceWords({ random, randomFully, persistent }: NatChoice, prefix: '' | '--'): string[] {
  const words: string[] = []
  if (random) words.push(`${prefix}random`)
  if (randomFully) words.push(`${prefix}random-fully`)
  if (persistent) words.push(`${prefix}persistent`)
  return words
}

export function parseListedNatChoice(cursor: ListingCursor): NatChoice {
  const random = cursor.skip('random')
  const randomFully = cursor.skip('random-fully')
  const persistent = cursor.skip('persistent')
  return { ...(random && { random }), ...(randomFully && { randomFully }), ...(persistent && { persistent }) }
}

/** The option's value as `read` takes it; what it cannot take is refused. */
function natOption(options: OptionReader, option: Option | null, read: (text: string) => NatTo | null): NatTo {
  if (!option) return {}
  const to = read(options.word(option))
  if (!to) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes an address or a range, ports or both, not ${JSON.stringify(option.args[0]?.text ?? '')}`)
  return to ?? {}
}

/** The range the engine chooses from. */
export function natRange(spec: NatSpec): NatRange {
  const address = (text: string | undefined): Address | null => (text === undefined ? null : parseAddress(text))
  return {
    minAddress: address(spec.addresses?.first),
    maxAddress: address(spec.addresses?.last),
    minPort: spec.ports?.first ?? null,
    maxPort: spec.ports?.last ?? null,
    random: spec.random === true || spec.randomFully === true,
    netmap: false,
    basePort: spec.base ?? null,
  }
}

/** What a NAT target looks at: a port within its range is kept; and where an end gets the address that the other has, the packet is nobody's. */
export function natDistinctions({ addresses, ports }: NatTo, port: 'sport' | 'dport'): readonly Distinction[] {
  const [first, last] = [parseAddress(addresses?.first ?? ''), parseAddress(addresses?.last ?? '')]
  return [...(first && last ? [{ of: 'address', first, last } as const] : []), ...(ports ? [{ of: port, ...ports }] : [])]
}
