import type { Option } from '../../grammar/ast.ts'
import type { Family } from '../net/address.ts'
import { anyAddress, isAnyAddress, parseAddress, printAddress } from '../net/address.ts'
import { hostPrefix, parsePrefix, printPrefix } from '../net/prefix.ts'
import type { ListingStyle } from './listingCursor.ts'
import type { OptionReader } from './optionReader.ts'

/** Names every machine has for IPv4: /etc/hosts, and /etc/networks of Debian's netbase. */
const NAMES = new Map([['127.0.0.1/32', 'localhost'], ['127.0.0.0/8', 'loopback/8'], ['169.254.0.0/16', 'link-local/16']])
const NUMBERS = new Map([...NAMES].map(([number, name]) => [name, number]))

/** Reads an address or prefix, and keeps the bits outside the mask as xt_conntrack and xt_policy do; null when it is none of this family. */
export function readUnmasked(text: string, family: Family): string | null {
  const prefix = parsePrefix(text)
  const address = parseAddress(text.split('/')[0] ?? '')
  if (prefix?.address.family !== family || !address) return null
  const [, length = ''] = printPrefix(prefix).split('/')
  return `${printAddress(address)}/${length}`
}

/** Reads the option's address or prefix. */
export function readCtAddress(options: OptionReader, option: Option): string {
  const prefix = readUnmasked(options.word(option), options.family)
  if (prefix !== null) return prefix
  options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes an IPv${options.family} address or prefix`)
  return printPrefix(hostPrefix(anyAddress(options.family)))
}

/** A single host is printed without its length. */
export const printCtAddress = (text: string): string => text.replace(text.includes(':') ? /\/128$/ : /\/32$/, '')

/** As libxt_conntrack.c conntrack_dump_addr writes it: the unspecified address by name, whatever its length. */
export function listCtAddress(text: string, style: ListingStyle): string {
  const prefix = parsePrefix(text)
  if (style === 'numbers' || !prefix) return printCtAddress(text)
  if (isAnyAddress(prefix.address)) return 'anywhere'
  return NAMES.get(text) ?? printCtAddress(text)
}


/** "anywhere" hides a length: the whole family is by far the likeliest. Null for a name only the dump's machine knows. */
export function parseListedCtAddress(text: string, family: Family): string | null {
  if (text === 'anywhere') return `${printAddress(anyAddress(family))}/0`
  return (family === 4 ? NUMBERS.get(text) : null) ?? readUnmasked(text, family)
}
