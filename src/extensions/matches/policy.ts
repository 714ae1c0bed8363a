import type { Option } from '../../../grammar/ast.ts'
import type { Family } from '../../net/address.ts'
import { parseProtocol, protocolName } from '../../net/protocol.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import { printCtAddress, readUnmasked } from '../conntrackAddress.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'
import { parseNumber } from '../optionReader.ts'
import { unmodelled } from '../unmodelled.ts'

/** What an element of a policy may be asked for, in the order libxt_policy.c prints it. */
const FIELDS = ['reqid', 'spi', 'proto', 'mode', 'tunnel-dst', 'tunnel-src'] as const

type FieldName = (typeof FIELDS)[number]

/** One transformation; values as iptables-save prints them. */
type Element = Readonly<Partial<Record<FieldName, Negatable<string>>>>

interface Policy {
  readonly dir: 'in' | 'out'
  readonly pol: 'none' | 'ipsec'
  /** The whole policy, not one element of it. */
  readonly strict: boolean
  readonly elements: readonly Element[]
}

function readField(name: FieldName, text: string, family: Family): string | null {
  const number = parseNumber(text)
  switch (name) {
    case 'reqid': return number === null ? null : `${number}`
    case 'spi': return number === null ? null : `0x${number.toString(16)}`
    case 'proto': { const protocol = parseProtocol(text); return protocol === null ? null : protocolName(protocol) }
    case 'mode': return text === 'transport' || text === 'tunnel' ? text : null
    default: { const prefix = readUnmasked(text, family); return prefix === null ? null : printCtAddress(prefix) }
  }
}

const FLAGS = ['--next', ...FIELDS.map((name) => `--${name}`)]

function parseElements(options: OptionReader): Element[] {
  const elements: Record<string, Negatable<string>>[] = []
  const given: readonly Option[] = options.takeAll(...FLAGS)
  if (given.length === 0) return []
  let element: Record<string, Negatable<string>> = {}
  for (const option of given) {
    const name = FIELDS.find((each) => option.flag.text === `--${each}`)
    if (name === undefined) { elements.push(element); element = {}; continue }
    const value = readField(name, options.word(option), options.family)
    if (value === null) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} does not take ${JSON.stringify(options.word(option))}`)
    element[name] = { value: value ?? '', negated: option.negated }
  }
  return [...elements, element]
}

function parse(options: OptionReader): Policy {
  const [dir, pol] = [options.take('--dir'), options.take('--pol')]
  const direction = dir ? options.word(dir) : ''
  const kind = pol ? options.word(pol) : ''
  if (dir && direction !== 'in' && direction !== 'out') options.refuse(dir.args[0] ?? dir.flag, '--dir takes in or out')
  if (pol && kind !== 'none' && kind !== 'ipsec') options.refuse(pol.args[0] ?? pol.flag, '--pol takes none or ipsec')
  return { dir: direction === 'out' ? 'out' : 'in', pol: kind === 'none' ? 'none' : 'ipsec', strict: options.has('--strict'), elements: parseElements(options) }
}

const printElement = (element: Element, dashes: string, style: ListingStyle): string =>
  FIELDS.flatMap((name) => {
    const field = element[name]
    const value = field && (name === 'proto' && style === 'numbers' ? `${parseProtocol(field.value) ?? field.value}` : field.value)
    return field ? [`${bang(field)}${dashes}${name} ${value}`] : []
  }).join(' ')

function print({ dir, pol, strict, elements }: Policy): string {
  const texts = elements.map((element) => printElement(element, '--', 'names')).join(' --next ')
  return [`--dir ${dir} --pol ${pol}`, ...(strict ? ['--strict'] : []), ...(texts === '' ? [] : [texts])].join(' ')
}

function printListing({ dir, pol, strict, elements }: Policy, style: ListingStyle): string {
  const texts = elements.map((element, i) => `${elements.length > 1 ? `[${i}] ` : ''}${printElement(element, '', style)}`)
  return [`policy match dir ${dir} pol ${pol}`, ...(strict ? ['strict'] : []), ...texts].join(' ')
}

function listedField(cursor: ListingCursor): { readonly name: FieldName; readonly condition: Negatable<string> } | null {
  const ahead = cursor.peek() === '!' ? 1 : 0
  const name = FIELDS.find((each) => cursor.peek(ahead) === each)
  const value = name && readField(name, cursor.peek(ahead + 1) ?? '', cursor.family)
  if (name === undefined || value === null || value === undefined) return null
  cursor.position += ahead + 2
  return { name, condition: { value, negated: ahead === 1 } }
}

function listedElement(cursor: ListingCursor): Element | null {
  const element: Record<string, Negatable<string>> = {}
  for (let field = listedField(cursor); field; field = listedField(cursor)) element[field.name] = field.condition
  return Object.keys(element).length > 0 ? element : null
}

function parseListing(cursor: ListingCursor): Policy | null {
  const found = cursor.peek() === 'policy' ? cursor.take(/policy +match +dir +(in|out) +pol +(none|ipsec)( +strict)?(?= |$)/) : null
  if (!found) return null
  const elements: Element[] = []
  for (;;) {
    const numbered = /^\[\d+\]$/.test(cursor.peek() ?? '') && cursor.next() !== null
    const element = listedElement(cursor)
    if (element) elements.push(element)
    else if (!numbered) break
  }
  return { dir: found[1] === 'out' ? 'out' : 'in', pol: found[2] === 'none' ? 'none' : 'ipsec', strict: found[3] !== undefined, elements }
}

/** xt_policy.c policy_mt: what IPsec did or will do to the packet. */
export const policy: MatchExtension<Policy> = {
  name: 'policy',
  options: { '--dir': 1, '--pol': 1, '--strict': 0, '--next': 0, ...Object.fromEntries(FIELDS.map((name) => [`--${name}`, 1])) },
  parse,
  print,
  parseListing,
  printListing,
  compile({ dir, pol }) {
    const doubt = unmodelled('policy', `whether IPsec ${dir === 'in' ? 'decapsulated' : 'will encapsulate'} the packet`, pol === 'none' ? `${dir} none` : null)
    return () => doubt
  },
  seen: () => 'IPsec is not modelled',
}
