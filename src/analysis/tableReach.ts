import { targetExtension } from '../extensions/registry.ts'
import type { Family } from '../net/address.ts'
import { isHook } from '../netfilter/hook.ts'
import type { Rule, Table } from '../netfilter/ruleset.ts'
import { chainShape } from '../ruleset/chainShape.ts'
import { difference, intersection, PacketSpace } from './packetSpace.ts'
import type { PacketBox } from './packetSpace.ts'

/** A rule, by where it stands; the number counts from 1. */
export interface RuleAt {
  readonly chain: string
  readonly number: number
  readonly rule: Rule
}

/** A rule no packet reaches, and the rules before it that take all that it asks for; none: nothing reaches its chain so far. */
export interface DeadRule extends RuleAt {
  readonly takenBy: readonly RuleAt[]
}

export interface TableReach {
  readonly dead: readonly DeadRule[]
  /** Chains of one's own that nothing jumps to, or only rules no packet reaches. */
  readonly unreachable: readonly string[]
  /** Whether all of it was looked into. */
  readonly complete: boolean
}

/** More boxes than this are not followed. */
const MOST_BOXES = 20_000

type Way = 'goes-on' | 'ends' | 'returns' | 'unknown'

/** Which rules of a table some packet can reach: every box of packets is taken along the chains from their hooks on. */
export class TableWalk {
  private readonly table: Table
  private readonly space: PacketSpace
  private readonly boxes = new Map<Rule, PacketBox | null>()
  private readonly reached = new Set<Rule>()
  private readonly takers = new Map<Rule, Set<Rule>>()
  private readonly chainsReached = new Set<string>()
  private work = 0

  constructor(family: Family, table: Table) {
    this.table = table
    this.space = new PacketSpace(family, table)
    for (const { rules } of table.chains) for (const rule of rules) this.boxes.set(rule, this.space.boxOf(rule))
  }

  run(): TableReach {
    if (chainShape(this.table).backJumps.length > 0) return { dead: [], unreachable: [], complete: false }
    for (const { name } of this.table.chains) if (isHook(name)) this.enter(name, [new Map()])
    const complete = this.work <= MOST_BOXES
    if (!complete) return { dead: [], unreachable: [], complete }
    const places = new Map(this.table.chains.flatMap(({ name, rules }) => rules.map((rule, i) => [rule, { chain: name, number: i + 1, rule }] as const)))
    const dead = [...places].filter(([rule, { chain }]) => this.chainsReached.has(chain) && !this.reached.has(rule))
    return {
      complete, unreachable: this.table.chains.filter(({ name }) => !isHook(name) && !this.chainsReached.has(name)).map(({ name }) => name),
      dead: dead.map(([rule, place]) => ({ ...place, takenBy: [...(this.takers.get(rule) ?? [])].flatMap((each) => places.get(each) ?? []) })),
    }
  }

  /** Packets enter a chain; what of them comes back to who jumped. */
  private enter(name: string, entering: readonly PacketBox[]): readonly PacketBox[] {
    const chain = this.table.chains.find((each) => each.name === name)
    if (!chain || this.work > MOST_BOXES) return entering
    this.chainsReached.add(name)
    let left = entering
    const back: PacketBox[] = []
    const before: Rule[] = []
    for (const rule of chain.rules) {
      const { matched, missed } = this.split(rule, left)
      if (matched.length > 0) this.reached.add(rule)
      else this.blame(rule, before)
      const { goesOn, returns } = matched.length > 0 ? this.follow(rule, matched) : { goesOn: [], returns: [] }
      // A rule that is not understood may match or not.
      left = this.boxes.get(rule) === null ? left : [...missed, ...goesOn]
      back.push(...returns)
      before.push(rule)
      this.work += left.length
      if (this.work > MOST_BOXES) return entering
    }
    return [...back, ...left]
  }

  private split(rule: Rule, left: readonly PacketBox[]): { readonly matched: readonly PacketBox[]; readonly missed: readonly PacketBox[] } {
    const box = this.boxes.get(rule)
    if (!box) return { matched: left, missed: left }
    return { matched: left.flatMap((each) => intersection(each, box) ?? []), missed: left.flatMap((each) => difference(each, box, this.space)) }
  }

  private follow({ target }: Rule, matched: readonly PacketBox[]): { readonly goesOn: readonly PacketBox[]; readonly returns: readonly PacketBox[] } {
    if (target?.kind === 'jump') return { goesOn: this.enter(target.chain, matched), returns: [] }
    if (target?.kind === 'goto') return { goesOn: [], returns: this.enter(target.chain, matched) }
    switch (wayOf(target)) {
      case 'ends': return { goesOn: [], returns: [] }
      case 'returns': return { goesOn: [], returns: matched }
      default: return { goesOn: matched.map(forgetful), returns: [] }
    }
  }

  /** Who took what the rule would have. */
  private blame(rule: Rule, before: readonly Rule[]): void {
    const box = this.boxes.get(rule)
    const takers = this.takers.get(rule) ?? new Set()
    for (const each of before) {
      const other = this.boxes.get(each)
      if (box && other && each.target && wayOf(each.target) !== 'goes-on' && intersection(box, other)) takers.add(each)
    }
    this.takers.set(rule, takers)
  }
}

/** A target that changes a packet may make other conditions hold of it: what stands for itself is forgotten. */
const forgetful = (box: PacketBox): PacketBox => new Map([...box].filter(([key]) => FIELDS.has(key)))

const FIELDS: ReadonlySet<string> = new Set(['src', 'dst', 'sport', 'dport', 'uid', 'gid', 'protocol', 'in', 'out'])

function wayOf(target: Rule['target']): Way {
  if (!target) return 'goes-on'
  if (target.kind !== 'extension') return 'unknown'
  return targetExtension(target.name)?.ends ?? 'goes-on'
}
