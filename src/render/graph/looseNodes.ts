import type { Backend } from '../../netfilter/priority.ts'
import { STEPS } from '../../netfilter/priority.ts'
import { HOOKS } from '../../netfilter/hook.ts'
import { printable } from '../printable.ts'
import { chainRows, noteRow } from './chainRows.ts'
import type { RowText, RuleChoice } from './chainRows.ts'
import type { DrawnPart, GraphChain, GraphJump } from './drawnChains.ts'
import { jumpsByChain } from './jumpsByChain.ts'
import { measuredBox } from './measuredBox.ts'
import type { MeasuredBox } from './measuredBox.ts'
import type { PictureNode } from './picture.ts'

/** A box that has its words and its size, but no place yet. */
export interface LooseNode extends Pick<PictureNode, 'id' | 'kind' | 'family' | 'table' | 'chain' | 'hook' | 'title' | 'reached' | 'policy'> {
  readonly rows: readonly RowText[]
  readonly box: MeasuredBox
}

export interface LooseGraph {
  readonly nodes: readonly LooseNode[]
  readonly jumps: readonly GraphJump[]
}

/** The boxes of a part, base chains first and in the packet's order; what is folded behind a chain is one box more. */
export function looseNodes({ drawn, jumps }: DrawnPart, keep: ReadonlyMap<string, ReadonlySet<number>>, backend: Backend): LooseGraph {
  const ids = new Set(drawn.map(({ id }) => id))
  const leaving = jumpsByChain(jumps)
  const inOrder = [...drawn].sort((x, y) => placeOf(x, backend) - placeOf(y, backend))
  const chains = inOrder.map((each) => chainNode(each, choice(leaving.get(each.id) ?? [], ids, keep.get(each.id) ?? new Set())))
  const folds = inOrder.flatMap((each) => foldNode(each, (leaving.get(each.id) ?? []).filter(({ to }) => !ids.has(to))))
  return { nodes: [...chains, ...folds.map(({ node }) => node)], jumps: [...jumps.filter(({ to }) => ids.has(to)), ...folds.flatMap((each) => each.jumps)] }
}

/** Hooks as a packet meets them, the tables of one by priority; then what is no base chain, as it comes. */
function placeOf({ hook, table }: GraphChain, backend: Backend): number {
  return hook === null ? HOOKS.length * 10 : HOOKS.indexOf(hook) * 10 + STEPS[backend][hook].indexOf(table)
}

const choice = (jumps: readonly GraphJump[], ids: ReadonlySet<string>, keep: ReadonlySet<number>): RuleChoice => ({
  keep, drawn: jumps.filter(({ to }) => ids.has(to)).flatMap(({ rules }) => rules.slice(0, 1)), folded: new Set(jumps.filter(({ to }) => !ids.has(to)).flatMap(({ rules }) => rules)),
})

function chainNode(each: GraphChain, rules: RuleChoice): LooseNode {
  const { id, family, table, name, hook, chain, reached } = each
  const rows = chain ? chainRows({ family, table, chain }, rules) : [noteRow('no chain of this dump')]
  const title = hook === null ? printable(name) : table
  return { id, kind: chain ? 'chain' : 'absent', family, table, chain: name, hook, title, reached, policy: chain?.policy ?? null, rows, box: measuredBox(title, hook === null ? table : '', rows) }
}

interface Fold {
  readonly node: LooseNode
  readonly jumps: readonly GraphJump[]
}

function foldNode({ id, family, table, name, reached }: GraphChain, jumps: readonly GraphJump[]): Fold[] {
  const count = new Set(jumps.map(({ to }) => to)).size
  if (count === 0) return []
  const rows = [noteRow(`not drawn, nor what ${count === 1 ? 'it leads' : 'they lead'} to`)]
  const title = `${count} ${count === 1 ? 'chain' : 'chains'} folded`
  const node: LooseNode = { id: `${id}/folded`, kind: 'folded', family, table, chain: name, hook: null, title, reached, policy: null, rows, box: measuredBox(title, table, rows) }
  return [{ node, jumps: (['jump', 'goto'] as const).flatMap((kind) => joined(jumps.filter((jump) => jump.kind === kind), id, node.id, kind)) }]
}

function joined(jumps: readonly GraphJump[], from: string, to: string, kind: GraphJump['kind']): GraphJump[] {
  return jumps.length === 0 ? [] : [{ from, to, kind, rules: jumps.flatMap(({ rules }) => rules).sort((x, y) => x - y) }]
}
