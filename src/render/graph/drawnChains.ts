import type { Family } from '../../net/address.ts'
import { isHook } from '../../netfilter/hook.ts'
import type { Hook } from '../../netfilter/hook.ts'
import type { Chain, Ruleset } from '../../netfilter/ruleset.ts'
import { BUILTIN_CHAINS } from '../../netfilter/table.ts'
import type { TableName } from '../../netfilter/table.ts'
import { chainGraph } from '../../ruleset/chainGraph.ts'
import { jumpsByChain } from './jumpsByChain.ts'
import { chainId } from './pictureId.ts'

/** A chain of the graph; `chain` is null where a rule names one the dump does not have. */
export interface GraphChain {
  readonly id: string
  readonly family: Family
  readonly table: TableName
  readonly name: string
  readonly hook: Hook | null
  readonly chain: Chain | null
  readonly reached: boolean
}

/** Jumps (or gotos) from one chain to another, by id. */
export interface GraphJump {
  readonly from: string
  readonly to: string
  readonly kind: 'jump' | 'goto'
  readonly rules: readonly number[]
}

/** The part of a family's graph that hangs together, and how much of it is drawn. */
export interface DrawnPart {
  readonly drawn: readonly GraphChain[]
  /** Of drawn chains, to any chain of the part. */
  readonly jumps: readonly GraphJump[]
  readonly chains: number
}

/** A family's chains: those a packet can reach, and the others. */
export interface DrawnChains {
  readonly reached: DrawnPart
  readonly unreached: DrawnPart
}

/** More boxes than this nobody reads. */
export const MAX_CHAINS = 48

/** Where there are more, about so many stand for them. */
const EXAMPLES = 24

/** How many chains that a chain jumps to are drawn, from generous to mean. */
const FANS = [12, 8, 6, 4, 3, 2, 1] as const

/** Which chains are drawn: all of them where they are few; else the first that each chain jumps to, and those to be kept. */
export function drawnChains(ruleset: Ruleset, keep: ReadonlySet<string>): DrawnChains {
  const id = (table: TableName, chain: string): string => chainId(ruleset.family, table, chain)
  const edges = chainGraph(ruleset)
  const jumps = jumpsByChain(edges.map(({ table, from, to, kind, rules }) => ({ from: id(table, from), to: id(table, to), kind, rules })))
  const named = [...ruleset.tables.flatMap(({ name, chains }) => chains.map((chain) => ({ table: name, name: chain.name, chain }))), ...edges.map(({ table, to }) => ({ table, name: to, chain: null }))]
  const base = named.filter(({ table, name }) => hookOf(table, name) !== null).map(({ table, name }) => id(table, name))
  const reached = reachable(base, jumps)
  const chains = new Map<string, GraphChain>()
  for (const { table, name, chain } of named) {
    const key = id(table, name)
    if (!chains.has(key)) chains.set(key, { id: key, family: ruleset.family, table, name, hook: hookOf(table, name), chain, reached: reached.has(key) })
  }
  const others = [...chains.values()].filter((each) => !each.reached)
  return {
    reached: part([...chains.values()].filter(({ hook }) => hook !== null), { chains, jumps, keep, of: reached }),
    unreached: part(rootsOf(others, jumps), { chains, jumps, keep, of: new Set(others.map((each) => each.id)) }),
  }
}

const hookOf = (table: TableName, name: string): Hook | null => (isHook(name) && BUILTIN_CHAINS[table].includes(name) ? name : null)

type Jumps = ReadonlyMap<string, readonly GraphJump[]>

function reachable(from: readonly string[], jumps: Jumps): Set<string> {
  const seen = new Set(from)
  for (const id of seen) for (const { to } of jumps.get(id) ?? []) seen.add(to)
  return seen
}

/** Chains that none of the others leads to; and of a ring, its first. */
function rootsOf(others: readonly GraphChain[], jumps: Jumps): GraphChain[] {
  const led = new Set(others.flatMap(({ id }) => (jumps.get(id) ?? []).filter(({ to }) => to !== id).map(({ to }) => to)))
  const roots = others.filter(({ id }) => !led.has(id))
  const seen = reachable(roots.map(({ id }) => id), jumps)
  for (const chain of others) {
    if (seen.has(chain.id)) continue
    roots.push(chain)
    for (const id of reachable([chain.id], jumps)) seen.add(id)
  }
  return roots
}

interface Whole {
  readonly chains: ReadonlyMap<string, GraphChain>
  readonly jumps: Jumps
  readonly keep: ReadonlySet<string>
  readonly of: ReadonlySet<string>
}

function part(roots: readonly GraphChain[], whole: Whole): DrawnPart {
  const ids = whole.of.size <= MAX_CHAINS ? whole.of : someOf(roots, whole)
  const drawn = [...ids].flatMap((id) => whole.chains.get(id) ?? [])
  return { drawn, jumps: drawn.flatMap(({ id }) => whole.jumps.get(id) ?? []).filter(({ to }) => whole.of.has(to)), chains: whole.of.size }
}

function someOf(roots: readonly GraphChain[], whole: Whole): ReadonlySet<string> {
  for (const fan of FANS) {
    const ids = spread(roots, fan, Infinity, whole)
    if (ids.size <= EXAMPLES) return ids
  }
  return spread(roots, 1, EXAMPLES, whole)
}

/** Breadth first from the roots: of the chains that each leads to, so many; what is to be kept, always. */
function spread(roots: readonly GraphChain[], fan: number, most: number, { jumps, keep, of }: Whole): ReadonlySet<string> {
  const ids = new Set(roots.filter(({ id, hook }, i) => i < most || hook !== null || keep.has(id)).map(({ id }) => id))
  for (const id of ids) {
    const targets = [...new Set((jumps.get(id) ?? []).map(({ to }) => to))].filter((to) => of.has(to))
    // A single one more is not worth folding.
    const wanted = targets.length === fan + 1 ? targets.length : fan
    targets.forEach((to, i) => { if (keep.has(to) || (i < wanted && ids.size < most)) ids.add(to) })
  }
  return ids
}
