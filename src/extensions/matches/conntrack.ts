import type { CtEntry } from '../../netfilter/ctState.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { Skb } from '../../netfilter/skb.ts'
import { parseProtocol } from '../../net/protocol.ts'
import { parsePrefix } from '../../net/prefix.ts'
import { readStates, stateOf, stateTest } from '../connectionState.ts'
import type { ConnectionState } from '../connectionState.ts'
import { compileEntry } from '../conntrackEntry.ts'
import { ADDRESSES, PORTS, STATUSES } from '../conntrackFields.ts'
import type { CtAddresses, CtPorts, CtStatus } from '../conntrackFields.ts'
import { listCtAddress, parseListedCtAddress, printCtAddress, readCtAddress } from '../conntrackAddress.ts'
import type { MatchExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import { negatable, savedOption } from '../negatable.ts'
import { printRange, rangeOption, readRange } from '../numberRange.ts'
import type { NumberRange } from '../numberRange.ts'
import type { OptionReader } from '../optionReader.ts'
import { printEndpoint } from '../../net/address.ts'

export interface Conntrack extends CtAddresses, CtPorts {
  readonly ctstate?: Negatable<readonly ConnectionState[]>
  readonly ctproto?: Negatable<number>
  readonly ctstatus?: Negatable<readonly CtStatus[]>
  /** Seconds until the entry times out. */
  readonly ctexpire?: Negatable<NumberRange>
  readonly ctdir?: 'ORIGINAL' | 'REPLY'
}

type Draft = { -readonly [K in keyof Conntrack]: Conntrack[K] }

const MAX = 0xffffffff

function readStatuses(text: string): CtStatus[] | null {
  const names = text.toUpperCase().split(',')
  if (!names.every((name) => name === 'NONE' || STATUSES.some((status) => status === name))) return null
  return STATUSES.filter((status) => names.includes(status))
}

const printStatuses = (statuses: readonly CtStatus[]): string => statuses.join(',') || 'NONE'

function parseState(options: OptionReader, info: Draft): void {
  const state = options.take('--ctstate')
  const states = state && readStates(options.word(state))
  if (state && !states) options.refuse(state.args[0] ?? state.flag, '--ctstate takes INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED, SNAT, DNAT')
  if (state) info.ctstate = { value: states ?? [], negated: state.negated }
}

function parseRest(options: OptionReader, info: Draft): void {
  const status = options.take('--ctstatus')
  const statuses = status && readStatuses(options.word(status))
  if (status && !statuses) options.refuse(status.args[0] ?? status.flag, `--ctstatus takes NONE, ${STATUSES.join(', ')}`)
  if (status) info.ctstatus = { value: statuses ?? [], negated: status.negated }
  const expire = options.take('--ctexpire')
  if (expire) info.ctexpire = negatable(expire, (option) => rangeOption(options, option, MAX))
  const direction = options.take('--ctdir')
  const word = direction && options.word(direction).toUpperCase()
  if (word === 'ORIGINAL' || word === 'REPLY') info.ctdir = word
  else if (direction) options.refuse(direction.args[0] ?? direction.flag, '--ctdir takes ORIGINAL or REPLY')
}

function parseProtocolOption(options: OptionReader, info: Draft): void {
  const option = options.take('--ctproto')
  if (!option) return
  const protocol = parseProtocol(options.word(option))
  if (!protocol) options.refuse(option.args[0] ?? option.flag, '--ctproto takes a protocol')
  info.ctproto = { value: protocol ?? 0, negated: option.negated }
}

function parse(options: OptionReader): Conntrack {
  const info: Draft = {}
  parseState(options, info)
  parseProtocolOption(options, info)
  for (const name of ADDRESSES) {
    const option = options.take(`--${name}`)
    if (option) info[name] = negatable(option, () => readCtAddress(options, option))
  }
  for (const name of PORTS) {
    const option = options.take(`--${name}`)
    if (option) info[name] = options.portRange(option, ':')
  }
  parseRest(options, info)
  return info
}

/** Both forms differ in the dashes and in how an address is written (libxt_conntrack.c conntrack_dump). */
function dump(info: Conntrack, dashes: string, address: (text: string) => string): string {
  const parts = [
    ...savedOption(`${dashes}ctstate`, info.ctstate, (states) => states.join(',')),
    ...savedOption(`${dashes}ctproto`, info.ctproto, String),
    ...ADDRESSES.flatMap((name) => savedOption(`${dashes}${name}`, info[name], address)),
    ...PORTS.flatMap((name) => savedOption(`${dashes}${name}`, info[name], printRange)),
    ...savedOption(`${dashes}ctstatus`, info.ctstatus, printStatuses),
    ...savedOption(`${dashes}ctexpire`, info.ctexpire, printRange),
  ]
  if (info.ctdir) parts.push(`${dashes}ctdir ${info.ctdir}`)
  return parts.join(' ')
}

/** The condition under the cursor: "ctstate NEW", "! ctorigdst 10.0.0.0/8". */
function listedField(cursor: ListingCursor, info: Draft): boolean {
  const at = cursor.position
  const negated = cursor.skip('!')
  const name = cursor.next() ?? ''
  const read = setField(info, name, cursor.next() ?? '', negated, cursor)
  if (!read) cursor.position = at
  return read
}

function setField(info: Draft, name: string, text: string, negated: boolean, cursor: ListingCursor): boolean {
  const address = ADDRESSES.find((each) => each === name)
  const port = PORTS.find((each) => each === name)
  const value = fieldValue(name, text)
  if (address !== undefined) return put(parseListedCtAddress(text, cursor.family), (prefix) => { info[address] = { value: prefix, negated } })
  if (port !== undefined) return put(readRange(text, 65535), (range) => { info[port] = { value: range, negated } })
  return value !== null && put(value, (fields) => { Object.assign(info, fields(negated)) })
}

type Fields = (negated: boolean) => Conntrack

function fieldValue(name: string, text: string): Fields | null {
  switch (name) {
    case 'ctstate': { const value = readStates(text); return value && ((negated) => ({ ctstate: { value, negated } })) }
    case 'ctproto': return /^\d+$/.test(text) ? (negated) => ({ ctproto: { value: Number(text), negated } }) : null
    case 'ctstatus': { const value = readStatuses(text); return value && ((negated) => ({ ctstatus: { value, negated } })) }
    case 'ctexpire': { const value = readRange(text, MAX); return value && ((negated) => ({ ctexpire: { value, negated } })) }
    case 'ctdir': return text === 'ORIGINAL' || text === 'REPLY' ? () => ({ ctdir: text }) : null
    default: return null
  }
}

function put<T>(value: T | null, set: (value: T) => void): boolean {
  if (value === null) return false
  set(value)
  return true
}

function parseListing(cursor: ListingCursor): Conntrack | null {
  if (!/^ct[a-z]+$/.test(cursor.peek(cursor.peek() === '!' ? 1 : 0) ?? '')) return null
  const info: Draft = {}
  while (!cursor.done && listedField(cursor, info));
  return Object.keys(info).length > 0 ? info : null
}

/** xt_conntrack.c conntrack_mt: what conntrack knows of the packet's connection. */
export const conntrack: MatchExtension<Conntrack> = {
  name: 'conntrack',
  needsConntrack: () => true,
  options: Object.fromEntries(['ctstate', 'ctproto', ...ADDRESSES, ...PORTS, 'ctstatus', 'ctexpire', 'ctdir'].map((name) => [`--${name}`, 1])),
  parse,
  print: (info) => dump(info, '--', printCtAddress),
  parseListing,
  printListing: (info, style: ListingStyle) => dump(info, '', (text) => listCtAddress(text, style)),
  compile(info) {
    const { ctstate } = info
    const state = ctstate ? stateTest(ctstate.value) : null
    const entry = compileEntry(info)
    return (skb, context) => {
      if (state && state(skb, context) === ctstate?.negated) return false
      if (!entry) return true
      const ct = context.ct(skb)
      // Without an entry the other conditions are not looked at.
      return ct === null ? state !== null : entry(skb, ct)
    }
  },
  region: (info) => [
    ...ADDRESSES.flatMap((name) => { const prefix = parsePrefix(info[name]?.value ?? ''); return prefix ? [{ of: 'address', prefix } as const] : [] }),
    ...PORTS.flatMap((name) => (info[name] ? [{ of: 'port', ...info[name].value } as const] : [])),
  ],
  seen: (skb, context) => described(skb, context.ct(skb)),
}

function described(skb: Skb, ct: CtEntry | null): string {
  const state = `state ${stateOf(skb, ct).join(',')}`
  if (!ct) return state
  const { original } = ct
  return `${state}, original ${printEndpoint(original.src, original.sport)} > ${printEndpoint(original.dst, original.dport)}`
}

