import type { Distinction, MarkTransform } from '../extensions/distinction.ts'
import { targetExtension } from '../extensions/registry.ts'
import { sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { parsePrefix, prefixLength } from '../net/prefix.ts'
import type { IpSet } from '../host/netns.ts'
import type { Rule, Ruleset } from '../netfilter/ruleset.ts'
import { ruleDistinctions } from '../ruleset/ruleDistinctions.ts'
import type { Connection } from '../world/connection.ts'
import { FieldSpace } from './fieldSpace.ts'
import type { Elements } from './fieldSpace.ts'
import { beforeChanges, MarkSpace } from './markSpace.ts'
import type { MarkCondition } from './markSpace.ts'
import { namespaceCuts } from './namespaceCuts.ts'
import type { NamespaceCuts } from './namespaceCuts.ts'
import { EPHEMERAL, EVERY_ID, EVERY_MARK, EVERY_PORT, everyAddress, NOT_DIALLED, NOT_OUTSIDE, SPECIAL } from './universe.ts'
import type { Field } from './universe.ts'
import { addressOf, addressValue, complement, prefixRange, range } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'
import type { Walks } from './walker.ts'

/** Which connections are looked at together. */
export interface Kind {
  readonly family: Family
  readonly origin: Connection['origin']
  readonly proto: Connection['proto']
}

/** For each field of the space, a set of its elements: all connections whose values are in them. */
export type Box = readonly Elements[]

/** Ranges of fields, and marks. */
export type AskedRanges = Readonly<Partial<Record<Exclude<Field, 'mark'>, readonly ValueRange[]>>> & { readonly mark?: AskedMarks }

/** Marks for which any of the conditions holds, or none. */
export interface AskedMarks {
  readonly conditions: readonly MarkCondition[]
  readonly negated: boolean
}

/** Conditions of one kind: by the field, the elements for which it holds. */
export type Condition = Readonly<Partial<Record<Field, Elements>>>

/** What the analyses dial: usual values, so that a witness reads well. */
const USUAL: Readonly<Record<Exclude<Field, 'mark'>, readonly bigint[]>> = {
  src: [addressText('203.0.113.9'), addressText('2001:db8:ffff::9')], dst: [addressText('198.51.100.7'), addressText('2001:db8:eeee::7')],
  sport: [40000n], dport: [80n, 443n, 8080n, 53n], uid: [1000n], gid: [1000n],
}

function addressText(text: string): bigint {
  const prefix = parsePrefix(text)
  return prefix ? addressValue(prefix.address) : 0n
}

/** All connections of one kind, cut along everything that one or several rule sets and their namespaces tell apart. */
export class RegionSpace {
  readonly kind: Kind
  readonly fields: readonly Field[]
  readonly full: Box
  /** Conditions that no cut can follow: what rests on them is not exact. */
  readonly inexact: readonly string[]
  private readonly spaces: Readonly<Record<Exclude<Field, 'mark'>, FieldSpace>>
  private readonly marks: MarkSpace
  private readonly markChanges: readonly MarkTransform[]
  private readonly own: readonly Condition[]
  /** Ports that have a socket, or that the proxy knows. */
  readonly portsOfNamespaces: readonly Condition[]
  private readonly sets: readonly IpSet[]
  private readonly refused = new Set<string>()

  /** `asked`: ranges that a question names besides. */
  constructor(kind: Kind, walkers: readonly Walks[], asked: AskedRanges = {}) {
    this.kind = kind
    this.fields = fieldsOf(kind)
    this.sets = walkers.flatMap(({ netns }) => netns.sets)
    const rulesets = walkers.flatMap(({ netns }) => netns.rulesets.filter(({ family }) => family === kind.family))
    const named = rulesets.flatMap(rulesOf).flatMap(ruleDistinctions).flat()
    const namespaces = walkers.map(({ netns, profile }) => namespaceCuts(netns, profile, kind.family))
    const addresses = [...(asked.src ?? []), ...(asked.dst ?? []), ...SPECIAL[kind.family], ...namespaces.flatMap((each) => each.addresses), ...named.flatMap((each) => this.addressRanges(each))]
    const ports = [...(asked.sport ?? []), ...(asked.dport ?? []), ...namespaces.flatMap((each) => each.ports), ...named.flatMap((each) => this.portRanges(each))]
    const ids = (of: 'uid' | 'gid'): ValueRange[] => [...(asked[of] ?? []), ...namespaces.flatMap((each) => each.ids), ...named.flatMap((each) => (each.of === of ? [range(each.first, each.last)] : []))]
    const outside = walkers.flatMap(({ netns }) => netns.interfaces.flatMap((each) => each.addresses.filter(({ address }) => address.family === kind.family).map(({ address }) => range(addressValue(address)))))
    const dialled = complement([everyAddress(kind.family)], NOT_DIALLED[kind.family])
    this.spaces = {
      src: new FieldSpace(complement(dialled, [...NOT_OUTSIDE[kind.family], ...outside]), addresses, USUAL.src), dst: new FieldSpace(dialled, addresses, USUAL.dst), sport: new FieldSpace([EPHEMERAL], ports, USUAL.sport),
      dport: new FieldSpace([EVERY_PORT], ports, USUAL.dport), uid: new FieldSpace([EVERY_ID], ids('uid'), USUAL.uid), gid: new FieldSpace([EVERY_ID], ids('gid'), USUAL.gid),
    }
    const marks = [...(asked.mark?.conditions ?? []), ...namespaces.flatMap((each) => each.marks), ...named.flatMap((each) => (each.of === 'mark' ? [each] : [])), ...this.setMarks(named)]
    this.markChanges = rulesets.flatMap(rulesOf).flatMap(markChanges)
    this.marks = new MarkSpace(beforeChanges(marks.map(({ value, mask }): MarkCondition => ({ value, mask })), this.markChanges))
    this.full = this.fields.map((field) => this.spaceOf(field).all)
    this.own = namespaces.flatMap((each) => this.ownConditions(each))
    this.portsOfNamespaces = namespaces.flatMap((each) => each.ports.map((port) => this.portCondition(port)))
    this.inexact = [...this.refused, ...(this.marks.isCut ? ['more conditions on marks than are followed'] : []), ...rulesets.flatMap(rulesOf).flatMap(({ target }) => (target?.kind === 'extension' && (target.name === 'NETMAP' || isShifted(target.info)) ? [`-j ${target.name}, which computes addresses or ports`] : []))]
  }

  /** The connection that stands for the elements of a point. */
  connection(point: readonly number[]): Connection {
    const { family, origin, proto } = this.kind
    const at = (field: Field): bigint | null => {
      const i = this.fields.indexOf(field)
      const element = point[i]
      return element === undefined ? null : this.spaceOf(field).value(element)
    }
    const number = (field: Field): number => Number(at(field) ?? 0n)
    const src = this.notDialled(at('src'), at('dst'), point)
    return {
      origin, proto, src: src === null ? null : addressOf(family, src), sport: proto === 'icmp' ? null : number('sport'), dst: addressOf(family, at('dst') ?? 0n), dport: number('dport'), uid: number('uid'), gid: number('gid'), mark: number('mark'),
      in: null, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
    }
  }

  /** Nobody outside dials his own address by way of this host. */
  private notDialled(src: bigint | null, dst: bigint | null, point: readonly number[]): bigint | null {
    return src === null || src !== dst ? src : this.spaces.src.otherValue(point[this.fields.indexOf('src')] ?? 0, src)
  }

  /** The point that stands for a box; null where all it holds are dials of one's own address. */
  pointIn(box: Box): readonly number[] | null {
    const point = box.map((elements, i) => this.typical(i, elements))
    if (!this.isOwnDial(point)) return point
    for (const field of ['src', 'dst'] as const) {
      const i = this.fields.indexOf(field)
      const others = (box[i] ?? 0n) & ~(1n << BigInt(point[i] ?? 0))
      if (others !== 0n) return point.map((element, each) => (each === i ? this.typical(i, others) : element))
    }
    return null
  }

  private typical(i: number, elements: Elements): number {
    return this.spaceOf(this.fields[i] ?? 'dst').typical(elements)
  }

  private isOwnDial(point: readonly number[]): boolean {
    const { src, dst } = this.connection(point)
    return src !== null && sameAddress(src, dst)
  }

  /** The point a connection is at; null where it is not in this space. */
  pointOf({ src, dst, sport, dport, uid, gid, mark }: Connection): readonly number[] | null {
    const values: Readonly<Record<Field, bigint>> = { src: src ? addressValue(src) : -1n, dst: addressValue(dst), sport: BigInt(sport ?? 40000), dport: BigInt(dport), uid: BigInt(uid), gid: BigInt(gid), mark: BigInt(mark) }
    const point = this.fields.map((field) => (field === 'mark' ? this.marks.elementOf(mark) : this.spaces[field].elementOf(values[field])))
    return point.every((each) => each >= 0) && !(src && sameAddress(src, dst)) ? point : null
  }

  /** The elements of each field, a typical one first. */
  points(): readonly (readonly number[])[] {
    return this.fields.map((field, i) => {
      const first = this.typical(i, this.allOf(field))
      return [first, ...Array.from({ length: this.spaceOf(field).size }, (_, element) => element).filter((element) => element !== first)]
    })
  }

  /** The box of these ranges; a field that is not named may be anything. Null where it is no field of these connections. */
  boxOf(asked: AskedRanges): Box | null {
    if (Object.keys(asked).some((field) => !this.fields.some((each) => each === field))) return null
    return this.fields.map((field) => {
      if (field === 'mark') return this.markElements(asked.mark)
      return asked[field]?.reduce((all, each) => all | this.spaces[field].inside(each), 0n) ?? this.spaces[field].all
    })
  }

  private markElements(asked: AskedMarks | undefined): Elements {
    if (!asked) return this.marks.all
    const named = asked.conditions.reduce((all, each) => all | this.marks.inside(each), 0n)
    return asked.negated ? this.marks.all & ~named : named
  }

  /** All that no namespace tells from a point. */
  likeInNamespaces(point: readonly number[]): Elements[] {
    return this.fields.map((field, i) => this.own.reduce((left, condition) => { const inside = condition[field]; return inside === undefined ? left : left & this.alike(field, inside, point[i] ?? 0) }, this.spaceOf(field).all))
  }

  alike(field: Field, inside: Elements, element: number): Elements {
    return this.spaceOf(field).alike(inside, element)
  }

  /** A condition as elements of the fields its packets' fields may come from. */
  conditions(distinction: Distinction): readonly Condition[] {
    if (distinction.of === 'mark') return this.markConditions(distinction)
    if (distinction.of === 'uid' || distinction.of === 'gid') return [{ [distinction.of]: this.spaces[distinction.of].inside(range(distinction.first, distinction.last)) }]
    return [...this.addressRanges(distinction).map((each) => this.addressCondition(each)), ...this.portRanges(distinction).map((each) => this.portCondition(each)), ...this.setMarks([distinction]).flatMap((each) => this.markConditions(each))]
  }

  /** Any of these addresses, which rules name. */
  hosts(addresses: readonly Address[]): Condition {
    const each = addresses.map((address) => this.addressCondition(range(addressValue(address))))
    return { src: each.reduce((all, { src = 0n }) => all | src, 0n), dst: each.reduce((all, { dst = 0n }) => all | dst, 0n) }
  }

  rangesOf(field: Exclude<Field, 'mark'>, elements: Elements): readonly ValueRange[] {
    return this.spaces[field].rangesOf(elements)
  }

  universeOf(field: Exclude<Field, 'mark'>): readonly ValueRange[] {
    return this.spaces[field].universe
  }

  markText(elements: Elements): readonly string[] {
    return this.marks.textOf(elements)
  }

  allOf(field: Field): Elements {
    return this.spaceOf(field).all
  }

  private spaceOf(field: Field): FieldSpace | MarkSpace {
    return field === 'mark' ? this.marks : this.spaces[field]
  }

  /** The packet's mark may be what rules made of the socket's: all that then asks of it counts. */
  private markConditions({ value, mask }: MarkCondition): readonly Condition[] {
    return beforeChanges([{ value, mask }], this.markChanges).map((each) => ({ mark: this.marks.inside(each) }))
  }

  private addressCondition(each: ValueRange): Condition {
    return { src: this.spaces.src.inside(each), dst: this.spaces.dst.inside(each) }
  }

  private portCondition(each: ValueRange): Condition {
    return { sport: this.spaces.sport.inside(each), dport: this.spaces.dport.inside(each) }
  }

  private ownConditions({ addresses, ids, marks }: NamespaceCuts): readonly Condition[] {
    return [
      ...[...SPECIAL[this.kind.family], ...addresses].map((each) => this.addressCondition(each)),
      ...ids.map((each): Condition => ({ uid: this.spaces.uid.inside(each) })), ...marks.flatMap((each) => this.markConditions(each)),
    ]
  }

  private addressRanges(distinction: Distinction): readonly ValueRange[] {
    if (distinction.of === 'set') return this.members(distinction.name).flatMap((part) => { const prefix = parsePrefix(part); return prefix?.address.family === this.kind.family ? [prefixRange(prefix)] : [] })
    if (distinction.of !== 'src' && distinction.of !== 'dst' && distinction.of !== 'address') return []
    if ('first' in distinction) return [range(addressValue(distinction.first), addressValue(distinction.last))]
    if (prefixLength(distinction.prefix.mask) !== null) return [prefixRange(distinction.prefix)]
    this.refused.add('an address mask with gaps')
    return []
  }

  private portRanges(distinction: Distinction): readonly ValueRange[] {
    if (distinction.of === 'sport' || distinction.of === 'dport' || distinction.of === 'port') return [range(distinction.first, distinction.last)]
    if (distinction.of !== 'set') return []
    return this.members(distinction.name).flatMap((part) => { const [, first, last = first] = /^(?:[a-z]+:)?(\d{1,5})(?:-(\d{1,5}))?$/.exec(part) ?? []; return first === undefined || last === undefined ? [] : [range(BigInt(first), BigInt(last))] })
  }

  /** Sets of type …,mark. */
  private setMarks(distinctions: readonly Distinction[]): readonly MarkCondition[] {
    return distinctions.flatMap((each) => (each.of === 'set' ? this.members(each.name).flatMap((part) => (/^0x[0-9a-f]+$/.test(part) ? [{ value: Number(part), mask: Number(EVERY_MARK.last) }] : [])) : []))
  }

  private members(name: string): readonly string[] {
    return this.sets.filter((each) => each.name === name).flatMap(({ entries }) => entries.flatMap((entry) => (entry.split(' ')[0] ?? '').split(',')))
  }
}

function fieldsOf({ origin, proto }: Kind): readonly Field[] {
  const ports: readonly Field[] = proto === 'icmp' ? [] : ['sport', 'dport']
  return origin === 'remote' ? ['src', 'dst', ...ports] : ['dst', ...ports, 'uid', 'gid', 'mark']
}

/** DNAT --to-destination :80-90/100. */
const isShifted = (info: unknown): boolean => typeof info === 'object' && info !== null && 'base' in info

const rulesOf = ({ tables }: Ruleset): readonly Rule[] => tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))

const markChanges = ({ target }: Rule): readonly MarkTransform[] =>
  target?.kind === 'extension' ? (targetExtension(target.name)?.marks?.(target.info) ?? []) : []
