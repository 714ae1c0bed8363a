import type { Family } from '../../net/address.ts'
import type { Backend } from '../../netfilter/priority.ts'
import type { Ruleset } from '../../netfilter/ruleset.ts'
import { drawnChains, MAX_CHAINS } from './drawnChains.ts'
import type { DrawnChains, DrawnPart } from './drawnChains.ts'
import { hookFlow, RAIL } from './hookFlow.ts'
import { looseNodes } from './looseNodes.ts'
import type { Box, ChainPicture, PictureCluster, PictureEdge, PictureFlow, PictureNode, Point } from './picture.ts'
import { placedPart } from './placedPart.ts'
import type { PlacedPart } from './placedPart.ts'

export interface PictureOptions {
  /** Chains and rules that are drawn whatever else is folded: those of a trace. */
  readonly keep?: readonly { readonly node: string; readonly rule: number | null }[]
  /** Which implementation loaded the rules: it decides where security stands at INPUT. */
  readonly backends?: Readonly<Record<Family, Backend>>
}

type Layout = Omit<ChainPicture, 'notes'>

const MARGIN = 24
const FAMILY_TITLE = 34
const BETWEEN_PARTS = 36
const APART_TITLE = 40
const APART_SIDE = 16
const NOTE = 20

/** Room enough for a title above it. */
const LEAST_WIDTH = 760

/** Lays out the chain graph of every family: hooks in the packet's order, each chain right of what jumps to it. */
export function chainPicture(rulesets: readonly Ruleset[], { keep = [], backends = { 4: 'nft', 6: 'nft' } }: PictureOptions = {}): ChainPicture {
  const kept = keptRules(keep)
  const layouts: Layout[] = []
  const notes: string[] = []
  let y = MARGIN
  for (const ruleset of rulesets) {
    const chains = drawnChains(ruleset, new Set(kept.keys()))
    const layout = shifted(familyLayout(ruleset.family, chains, kept, backends[ruleset.family]), { x: MARGIN, y })
    layouts.push(layout)
    notes.push(...familyNotes(ruleset.family, chains))
    y = layout.height + BETWEEN_PARTS
  }
  const width = Math.max(LEAST_WIDTH, ...layouts.map((layout) => layout.width + MARGIN))
  return { ...united(layouts), width, height: Math.max(y - BETWEEN_PARTS, MARGIN) + (notes.length === 0 ? 0 : NOTE / 2 + notes.length * NOTE) + MARGIN, notes }
}

function keptRules(keep: readonly { readonly node: string; readonly rule: number | null }[]): ReadonlyMap<string, ReadonlySet<number>> {
  const kept = new Map<string, Set<number>>()
  for (const { node, rule } of keep) {
    const rules = kept.get(node) ?? new Set()
    if (rule !== null) rules.add(rule)
    kept.set(node, rules)
  }
  return kept
}

/** One family, from (0, 0) on: what packets reach, and below it what none does. */
function familyLayout(family: Family, { reached, unreached }: DrawnChains, kept: ReadonlyMap<string, ReadonlySet<number>>, backend: Backend): Layout {
  const main = placedPart(looseNodes(reached, kept, backend))
  const parts = [shifted(mainLayout(family, main), { x: 0, y: FAMILY_TITLE })]
  if (unreached.drawn.length > 0) parts.push(shifted(apartLayout(family, unreached, placedPart(looseNodes(unreached, kept, backend))), { x: 0, y: FAMILY_TITLE + main.height + (main.height > 0 ? BETWEEN_PARTS : 0) }))
  const all = united(parts)
  const box = { x: 0, y: 0, width: all.width, height: all.height }
  return { ...all, clusters: [{ kind: 'family', family, hook: null, title: `IPv${family}`, ...box }, ...all.clusters] }
}

function mainLayout(family: Family, { nodes, edges, bands, width, height }: PlacedPart): Layout {
  const clusters = [...bands].map(([hook, box]): PictureCluster => ({ kind: 'hook', family, hook, title: hook, ...box }))
  return shifted({ nodes, edges, clusters, flows: hookFlow(family, bands), width, height }, { x: bands.size > 0 ? RAIL : 0, y: 0 })
}

function apartLayout(family: Family, { drawn, chains }: DrawnPart, { nodes, edges, width, height }: PlacedPart): Layout {
  const inner = shifted({ nodes, edges, clusters: [], flows: [], width, height }, { x: APART_SIDE, y: APART_TITLE })
  const all = drawn.length === chains ? '' : ` (${drawn.length} of ${chains} are drawn)`
  const box: Box = { x: 0, y: 0, width: Math.max(inner.width + APART_SIDE, LEAST_WIDTH - MARGIN * 2), height: inner.height + APART_SIDE }
  return { ...inner, width: box.width, height: box.height, clusters: [{ kind: 'apart', family, hook: null, title: `No packet reaches these chains: nothing that a hook runs jumps to them${all}`, ...box }] }
}

/** What is folded is said. */
function familyNotes(family: Family, { reached, unreached }: DrawnChains): string[] {
  const [drawn, chains] = [reached.drawn.length + unreached.drawn.length, reached.chains + unreached.chains]
  return drawn === chains ? [] : [`IPv${family}: ${chains - drawn} of ${chains} chains are folded (more than ${MAX_CHAINS} are not drawn); a trace's own way is always drawn.`]
}

const moved = <Thing extends Point>(thing: Thing, { x, y }: Point): Thing => ({ ...thing, x: thing.x + x, y: thing.y + y })

/** Width and height are from (0, 0) to the lower right corner. */
function shifted({ nodes, edges, clusters, flows, width, height }: Layout, by: Point): Layout {
  return {
    nodes: nodes.map((node) => movedNode(node, by)), edges: edges.map((edge): PictureEdge => ({ ...edge, starts: edge.starts.map((point) => moved(point, by)), points: edge.points.map((point) => moved(point, by)) })),
    clusters: clusters.map((cluster) => moved(cluster, by)), flows: flows.map((flow): PictureFlow => ({ ...flow, points: flow.points.map((point) => moved(point, by)) })), width: width + by.x, height: height + by.y,
  }
}

function movedNode(node: PictureNode, by: Point): PictureNode {
  const { number, asks, target, packets } = node.columns
  return { ...moved(node, by), rows: node.rows.map((row) => ({ ...row, y: row.y + by.y })), columns: { number: number + by.x, asks: asks + by.x, target: target + by.x, packets: packets === null ? null : packets + by.x } }
}

const united = (layouts: readonly Layout[]): Layout => ({
  nodes: layouts.flatMap(({ nodes }) => nodes), edges: layouts.flatMap(({ edges }) => edges), clusters: layouts.flatMap(({ clusters }) => clusters), flows: layouts.flatMap(({ flows }) => flows),
  width: Math.max(0, ...layouts.map(({ width }) => width)), height: Math.max(0, ...layouts.map(({ height }) => height)),
})
