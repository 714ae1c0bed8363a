import type { Distinction } from '../extensions/distinction.ts'
import type { MatchContext } from '../extensions/matchContext.ts'
import { compileIp, ipDistinctions } from '../extensions/ip.ts'
import { matchExtension } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { anyAddress } from '../net/address.ts'
import { prefixLength } from '../net/prefix.ts'
import { Protocol } from '../net/protocol.ts'
import type { IpMatch, Match, Rule, Table } from '../netfilter/ruleset.ts'
import type { Skb } from '../netfilter/skb.ts'
import { printMatch } from '../ruleset/print.ts'
import { FieldSpace } from './fieldSpace.ts'
import type { Elements } from './fieldSpace.ts'
import { EVERY_ID, everyAddress } from './universe.ts'
import { addressOf, addressValue, prefixRange, range } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'

/** Packets, by what is required of each dimension; one that is absent may be anything. */
export type PacketBox = ReadonlyMap<string, Elements>

/** One thing that conditions look at: its elements, and a packet of each. */
interface Dimension {
  readonly all: Elements
  readonly packets: readonly Partial<Skb>[]
}

type RangeField = 'src' | 'dst' | 'sport' | 'dport' | 'uid' | 'gid'

/** All packets that may enter a table, cut along what its rules ask for. A condition that looks at several things, or at other ones, is a dimension of its own: it holds or it does not. */
export class PacketSpace {
  private readonly family: Family
  private readonly dimensions = new Map<string, Dimension>()
  private own = 0

  constructor(family: Family, { chains }: Table) {
    this.family = family
    const rules = chains.flatMap((chain) => chain.rules)
    const named = rules.flatMap(({ ip, matches }) => [...ipDistinctions(ip).flat(), ...matches.flatMap(partsOf).flatMap(regionOf)])
    const ranges = (field: RangeField): ValueRange[] => named.flatMap((each) => (each.of === field ? rangeOf(each) : []))
    for (const field of ['src', 'dst'] as const) this.add(field, new FieldSpace([everyAddress(family)], ranges(field), []), (value) => ({ [field]: addressOf(family, value) }))
    for (const field of ['sport', 'dport'] as const) this.add(field, new FieldSpace([range(0, 65535)], ranges(field), []), (value) => ({ [field]: Number(value) }))
    this.addOwners('uid', ranges('uid'))
    this.addOwners('gid', ranges('gid'))
    this.dimensions.set('protocol', dimension([...new Set([Protocol.tcp, Protocol.udp, Protocol.icmp, Protocol.icmpv6, 253, ...rules.flatMap(({ ip }) => (ip.protocol ? [ip.protocol.value] : []))])].map((protocol) => ({ protocol }))))
    for (const side of ['in', 'out'] as const) this.dimensions.set(side, dimension(interfaceNames(rules.flatMap(({ ip }) => (ip[side] ? [ip[side].value] : []))).map((name) => ({ [side]: name }))))
  }

  /** The packets a rule matches; null: what it asks for is not understood, and may be any of them. */
  boxOf({ ip, matches, alternatives }: Rule): PacketBox | null {
    if (alternatives || ip.interfaces === 'unshown' || ip.fragment || matches.some((match) => 'verbatim' in match)) return null
    const conditions = [...ipParts(ip).map((part) => this.ofIp(part)), ...matches.flatMap(partsOf).map((part) => this.ofMatch(part))]
    return conditions.reduce<PacketBox>((box, each) => intersection(box, each) ?? EMPTY, new Map())
  }

  allOf(key: string): Elements {
    return this.dimensions.get(key)?.all ?? 3n
  }

  private ofIp(ip: IpMatch): PacketBox {
    const [test] = compileIp(ip)
    const [key = ''] = Object.keys(ip)
    const field = ({ source: 'src', destination: 'dst', in: 'in', out: 'out', protocol: 'protocol' } as const)[key] ?? key
    return new Map([[field, this.where(field, (skb) => test?.test(skb, NOWHERE) === true, {})]])
  }

  /** One that looks at one field is held against a packet of each of its elements: what it means is said in one place. */
  private ofMatch(part: Match): PacketBox {
    const extension = 'verbatim' in part ? null : matchExtension(part.name)
    if (!extension || 'verbatim' in part || extension.always) return new Map()
    const region = regionOf(part)
    const [of, ...more] = new Set(region.map((each) => each.of))
    const isField = of === 'src' || of === 'dst' || of === 'sport' || of === 'dport' || of === 'uid' || of === 'gid'
    if (!isField || more.length > 0) return this.opaque(part, extension.stateful === true)
    const test = extension.compile(part.info, '')
    if (of !== 'sport' && of !== 'dport') return new Map([[of, this.where(of, (skb) => test(skb, NOWHERE) === true, {})]])
    // Of which protocols: a port it takes is held against each.
    const over = [Protocol.tcp, Protocol.udp].map((protocol) => this.where(of, (skb) => test(skb, NOWHERE) === true, { protocol }))
    const taken = over.find((elements) => elements !== 0n) ?? 0n
    const port = this.dimensions.get(of)?.packets[taken === 0n ? 0 : (taken & -taken).toString(2).length - 1] ?? {}
    return new Map([[of, taken], ['protocol', this.where('protocol', (skb) => test(skb, NOWHERE) === true, port)]])
  }

  private where(key: string, holds: (skb: Skb) => boolean, given: Partial<Skb>): Elements {
    const { packets = [] } = this.dimensions.get(key) ?? {}
    return packets.reduce((bits, packet, i) => (holds({ ...this.blank(), ...given, ...packet }) ? bits | (1n << BigInt(i)) : bits), 0n)
  }

  /** The same words mean the same for one packet, unless the rule remembers or draws lots. */
  private opaque(part: Match, stateful: boolean): PacketBox {
    this.own += 1
    return new Map([[stateful ? `own ${this.own}` : printMatch(part), 1n]])
  }

  private add(key: string, space: FieldSpace, packet: (value: bigint) => Partial<Skb>): void {
    this.dimensions.set(key, dimension(Array.from({ length: space.size }, (_, i) => packet(space.value(i)))))
  }

  /** Some packets have no socket. */
  private addOwners(key: 'uid' | 'gid', cuts: readonly ValueRange[]): void {
    const space = new FieldSpace([EVERY_ID], cuts, [])
    const ids = Array.from({ length: space.size }, (_, i): Partial<Skb> => ({ owner: { kind: 'file', uid: 0, gid: 0, [key]: Number(space.value(i)) } }))
    this.dimensions.set(key, dimension([...ids, { owner: null }]))
  }

  private blank(): Skb {
    const address = anyAddress(this.family)
    return { family: this.family, protocol: Protocol.tcp, src: address, dst: address, sport: 0, dport: 0, ttl: 64, tos: 0, length: null, tcpFlags: 0, icmp: null, mark: 0, in: null, out: null, ct: null, ctTemplate: null, owner: null, socket: null, route: null }
  }
}

const EMPTY: PacketBox = new Map([['protocol', 0n]])

const dimension = (packets: readonly Partial<Skb>[]): Dimension => ({ packets, all: (1n << BigInt(packets.length)) - 1n })

const rangeOf = (each: Distinction): readonly ValueRange[] => {
  if ('prefix' in each) return prefixLength(each.prefix.mask) === null ? [] : [prefixRange(each.prefix)]
  if (each.of === 'mark' || each.of === 'set') return []
  return typeof each.first === 'number' || typeof each.last === 'number' ? [range(Number(each.first), Number(each.last))] : [range(addressValue(each.first), addressValue(each.last))]
}

const ipParts = (ip: IpMatch): readonly IpMatch[] => Object.entries(ip).map(([key, value]) => ({ [key]: value }))

/** Each option of a match is a condition of its own where its options are independent: those that have a `!` each. */
function partsOf(match: Match): readonly Match[] {
  if ('verbatim' in match || typeof match.info !== 'object' || match.info === null) return [match]
  const entries = Object.entries(match.info)
  return entries.length > 1 && entries.every(([, value]) => isNegatable(value)) ? entries.map(([key, value]) => ({ name: match.name, info: { [key]: value } })) : [match]
}

const isNegatable = (value: unknown): boolean => typeof value === 'object' && value !== null && 'negated' in value && 'value' in value

function regionOf(match: Match): readonly Distinction[] {
  const extension = 'verbatim' in match ? null : matchExtension(match.name)
  return extension && !('verbatim' in match) ? (extension.region?.(match.info) ?? []) : []
}

/** A name for each way the patterns can hold together; no interface at all first. */
function interfaceNames(patterns: readonly string[]): readonly (string | null)[] {
  return [null, ...new Set([...patterns.map((pattern) => pattern.replace(/\+$/, '#')), '#'])]
}

/** What both hold; null where that is nothing. */
export function intersection(one: PacketBox, other: PacketBox): PacketBox | null {
  const both = new Map(one)
  for (const [key, elements] of other) {
    const left = (both.get(key) ?? elements) & elements
    if (left === 0n) return null
    both.set(key, left)
  }
  return both
}

/** What a box leaves of another, as disjoint boxes. */
export function difference(box: PacketBox, cut: PacketBox, space: PacketSpace): readonly PacketBox[] {
  const rest: PacketBox[] = []
  let inner: PacketBox | null = box
  for (const [key, elements] of cut) {
    if (!inner) break
    const had: Elements = inner.get(key) ?? space.allOf(key)
    const outside: Elements = had & ~elements
    if (outside !== 0n) rest.push(new Map([...inner, [key, outside]]))
    const within: Elements = had & elements
    inner = within === 0n ? null : new Map([...inner, [key, within]])
  }
  return rest
}

/** No match that is held against made-up packets looks at more than the packet. */
const NOWHERE: MatchContext = {
  hook: 'OUTPUT', now: null, ct: () => null, addressType: () => 'UNICAST', addressesOf: () => [], sourceTowards: () => null, socketOf: () => null, reversePath: () => true, senderMac: () => null, inSet: () => false,
  setMark: () => undefined, recall: () => null, remember: () => undefined,
}
