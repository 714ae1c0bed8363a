import { parseAddress, printAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import { anyPrefix, contains, hostPrefix, parsePrefix, prefixLength, printPrefix } from '../net/prefix.ts'
import type { Prefix } from '../net/prefix.ts'
import { parseProtocol, protocolName } from '../net/protocol.ts'
import type { IpMatch, Negatable } from '../netfilter/ruleset.ts'
import type { Unknown } from '../netfilter/ternary.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { ListingStyle } from './listingCursor.ts'
import type { Distinction } from './distinction.ts'
import type { MatchTest } from './extension.ts'
import type { Option } from '../../grammar/ast.ts'
import type { OptionReader } from './optionReader.ts'

/** Options of the rule itself (iptables(8), PARAMETERS). */
export const IP_OPTIONS: Readonly<Record<string, number>> = {
  '-p': 1, '--protocol': 1, '--proto': 1,
  '-s': 1, '--source': 1, '--src': 1,
  '-d': 1, '--destination': 1, '--dst': 1,
  '-i': 1, '--in-interface': 1,
  '-o': 1, '--out-interface': 1,
  '-f': 0, '--fragment': 0, '--fragments': 0,
}

/** Reads `-p -s -d -i -o -f`. */
export function parseIp(options: OptionReader): IpMatch {
  const protocol = options.take('-p', '--protocol', '--proto')
  const fragment = options.take('-f', '--fragment', '--fragments')
  const ip: Draft = {}
  if (protocol) readProtocol(ip, options, protocol)
  prefixOption(ip, 'source', options, options.take('-s', '--source', '--src'))
  prefixOption(ip, 'destination', options, options.take('-d', '--destination', '--dst'))
  interfaceOption(ip, 'in', options, options.take('-i', '--in-interface'))
  interfaceOption(ip, 'out', options, options.take('-o', '--out-interface'))
  if (fragment) ip.fragment = { value: true, negated: fragment.negated }
  return ip
}

type Draft = { -readonly [Key in keyof IpMatch]: IpMatch[Key] }

function readProtocol(ip: Draft, options: OptionReader, option: Option): void {
  const value = parseProtocol(options.word(option))
  if (value === null) options.refuse(option.args[0] ?? option.flag, `${JSON.stringify(option.args[0]?.text ?? '')} is no protocol`)
  if (value !== 0) ip.protocol = { value: value ?? 0, negated: option.negated }
}

function prefixOption(ip: Draft, key: 'source' | 'destination', options: OptionReader, option: Option | null): void {
  if (!option) return
  const prefix = parsePrefix(options.word(option))
  if (prefix?.address.family !== options.family) options.refuse(option.args[0] ?? option.flag, `${JSON.stringify(option.args[0]?.text ?? '')} is no IPv${options.family} address or prefix`)
  if (prefix && (prefixLength(prefix.mask) !== 0 || option.negated)) ip[key] = { value: printPrefix(prefix), negated: option.negated }
}

function interfaceOption(ip: Draft, key: 'in' | 'out', options: OptionReader, option: Option | null): void {
  if (!option) return
  const value = options.word(option)
  if (value !== '+' || option.negated) ip[key] = { value, negated: option.negated }
}

const bang = (condition: Negatable<unknown>): string => (condition.negated ? '! ' : '')

/** As iptables-save prints them: `-s -d -i -o -p -f`. */
export function printIp({ source, destination, in: input, out, protocol, fragment }: IpMatch): string[] {
  const parts: string[] = []
  if (source) parts.push(`${bang(source)}-s ${source.value}`)
  if (destination) parts.push(`${bang(destination)}-d ${destination.value}`)
  if (input) parts.push(`${bang(input)}-i ${input.value}`)
  if (out) parts.push(`${bang(out)}-o ${out.value}`)
  if (protocol) parts.push(`${bang(protocol)}-p ${savedProtocol(protocol.value)}`)
  if (fragment) parts.push(`${bang(fragment)}-f`)
  return parts
}

const savedProtocol = (number: number): string => (number === 58 ? 'ipv6-icmp' : protocolName(number))

/** Reads an address cell of a listing: "anywhere", "!10.0.0.0/8", "localhost". Null when it names a host nobody here can resolve. */
export function parseAddressCell(text: string, family: Family): Negatable<string> | null | 'any' {
  const negated = text.startsWith('!')
  const name = negated ? text.slice(1) : text
  const prefix = named(name, family) ?? parsePrefix(name)
  if (prefix?.address.family !== family) return null
  if (prefixLength(prefix.mask) === 0 && !negated) return 'any'
  return { value: printPrefix(prefix), negated }
}

/** Names every machine has; anything else was resolved by the dump's machine only. */
function named(name: string, family: Family): Prefix | null {
  if (name === 'anywhere') return anyPrefix(family)
  if (name === 'localhost' || name === 'ip6-localhost' || name === 'ip6-loopback') return hostOf(family === 4 ? '127.0.0.1' : '::1')
  const [network = '', length = '32'] = name.split('/')
  const address = family === 4 ? NETWORKS.get(network) : undefined
  return address === undefined ? null : parsePrefix(`${address}/${length}`)
}

/** /etc/networks of Debian's netbase; the name stands for the address, under any mask (xtables_ipaddr_to_anyname). */
const NETWORKS: ReadonlyMap<string, string> = new Map([['default', '0.0.0.0'], ['loopback', '127.0.0.0'], ['link-local', '169.254.0.0']])

function hostOf(text: string): Prefix | null {
  const address = parseAddress(text)
  return address && hostPrefix(address)
}

/** The address cell: "anywhere", "!localhost", "10.0.0.0/8" or, with numbers, "0.0.0.0/0". */
export function listAddress(address: Negatable<string> | undefined, family: Family, style: ListingStyle): string {
  if (!address) return style === 'numbers' ? (family === 4 ? '0.0.0.0/0' : '::/0') : 'anywhere'
  const sign = address.negated ? '!' : ''
  const prefix = parsePrefix(address.value)
  const host = family === 4 ? '/32' : '/128'
  const text = address.value.endsWith(host) ? address.value.slice(0, -host.length) : address.value
  if (style === 'numbers' || !prefix) return sign + text
  return sign + (resolved(prefix, family) ?? text)
}

function resolved(prefix: Prefix, family: Family): string | null {
  if (prefixLength(prefix.mask) === 0) return 'anywhere'
  const address = printAddress(prefix.address)
  // ip6tables without -n names the unspecified address so, whatever its mask (ipv6_addr_to_string).
  if (family === 6) return address === '::' ? 'anywhere' : null
  const name = address === '127.0.0.1' ? 'localhost' : [...NETWORKS].find(([, network]) => network === address)?.[0]
  if (name === undefined) return null
  const mask = printPrefix(prefix).slice(address.length)
  return mask === '/32' ? name : name + mask
}

/** "eth+" matches every name that begins so (ip_packet_match's interface mask). */
function interfaceTest(condition: Negatable<string> | undefined): ((name: string | null) => boolean) | null {
  if (!condition) return null
  const { value, negated } = condition
  if (!value.endsWith('+')) return (name) => ((name ?? '') === value) !== negated
  const stem = value.slice(0, -1)
  return (name) => (name ?? '').startsWith(stem) !== negated
}

const UNSHOWN: Unknown = {
  code: 'interfaces-unshown', message: 'whether this rule asks for an interface (-i, -o) that the packet has not is unknown, for the listing was made without -v; its conditions hold', probability: null, key: null,
}

/** The rule's own conditions as tests, each with the words that say what it asked for and what the packet has. */
export function compileIp(ip: IpMatch): readonly IpTest[] {
  const tests: IpTest[] = []
  const add = (asked: readonly string[], seen: (skb: Skb) => string, test: MatchTest): void => { tests.push({ asked: asked.join(' '), seen, test }) }
  const [source, destination] = [compilePrefix(ip.source), compilePrefix(ip.destination)]
  const [input, output] = [interfaceTest(ip.in), interfaceTest(ip.out)]
  if (ip.source && source) add(printIp({ source: ip.source }), (skb) => `source ${printAddress(skb.src)}`, (skb) => source(skb.src))
  if (ip.destination && destination) add(printIp({ destination: ip.destination }), (skb) => `destination ${printAddress(skb.dst)}`, (skb) => destination(skb.dst))
  if (ip.in && input) add(printIp({ in: ip.in }), (skb) => (skb.in === null ? 'made here' : `came in by ${skb.in}`), (skb) => input(skb.in))
  if (ip.out && output) add(printIp({ out: ip.out }), (skb) => (skb.out === null ? 'stays here' : `goes out by ${skb.out}`), (skb) => output(skb.out))
  if (ip.interfaces === 'unshown') add(['an interface, perhaps'], (skb) => `in ${skb.in ?? '-'}, out ${skb.out ?? '-'}`, () => UNSHOWN)
  if (ip.protocol) {
    const { value, negated } = ip.protocol
    add(printIp({ protocol: ip.protocol }), (skb) => `protocol ${protocolName(skb.protocol)}`, (skb) => (skb.protocol === value) !== negated)
  }
  if (ip.fragment) {
    const { negated } = ip.fragment
    // No packet here is a later fragment: conntrack's defrag (-400) runs before every table.
    add(printIp({ fragment: ip.fragment }), () => 'not a later fragment', () => negated)
  }
  return tests
}

/** Which packets each of those tests tells apart, in the same order. */
export function ipDistinctions({ source, destination, in: input, out, interfaces, protocol, fragment }: IpMatch): readonly (readonly Distinction[])[] {
  const prefixed = (of: 'src' | 'dst', condition: Negatable<string> | undefined): (readonly Distinction[])[] => {
    const prefix = condition && parsePrefix(condition.value)
    return prefix ? [[{ of, prefix }]] : []
  }
  const others = [input, out, interfaces === 'unshown' ? interfaces : undefined, protocol, fragment].filter((each) => each !== undefined)
  return [...prefixed('src', source), ...prefixed('dst', destination), ...others.map(() => [])]
}

export interface IpTest {
  readonly asked: string
  seen(skb: Skb): string
  readonly test: MatchTest
}

function compilePrefix(condition: Negatable<string> | undefined): ((address: Skb['src']) => boolean) | null {
  const prefix = condition && parsePrefix(condition.value)
  if (!prefix) return null
  const { negated } = condition
  return (address) => contains(prefix, address) !== negated
}

