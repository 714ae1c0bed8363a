import { Graph, layout } from '@dagrejs/dagre'
import type { Point } from './picture.ts'

/** A box to be placed; the column it stands in counts from the left. */
export interface LooseBox {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly column: number
}

/** An edge to a later column, and how far below the top of its box it begins. */
export interface LooseEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly below: number
}

export interface Arranged {
  /** The upper left corner of each box. */
  readonly corners: ReadonlyMap<string, Point>
  /** Where edges that pass whole columns go between the boxes of those. */
  readonly bends: ReadonlyMap<string, readonly Point[]>
  /** Where the column of each box ends: left of there an edge would run over its neighbours. */
  readonly ends: ReadonlyMap<string, number>
  readonly width: number
  readonly height: number
}

interface PlacedNode {
  readonly width: number
  readonly height: number
  readonly rank: number
  readonly x?: number
  readonly y?: number
  /** Set where an edge crosses a column. */
  readonly dummy?: string
  order?: number
}

interface DagreEdge {
  readonly v: string
  readonly w: string
  readonly name?: string
}

/** What is used of dagre's graph: its own types name their files without an extension, which is no type at all here. */
interface DagreGraph {
  nodes(): string[]
  node(id: string): PlacedNode
  setNode(id: string, node: PlacedNode): void
  edges(): DagreEdge[]
  inEdges(id: string): DagreEdge[] | undefined
  edge(edge: DagreEdge): { readonly points?: readonly Point[] }
  setEdge(from: string, to: string, label: { readonly labelpos: 'c' }, name: string): void
  graph(): { readonly width?: number; readonly height?: number }
  setGraph(label: Readonly<Record<string, string | number>>): void
}

const BETWEEN_COLUMNS = 88
const BETWEEN_BOXES = 26
const BETWEEN_EDGES = 14

/** Places boxes in their columns, the first column in the order given. */
export function arrangeBoxes(boxes: readonly LooseBox[], edges: readonly LooseEdge[]): Arranged {
  const graph: DagreGraph = new Graph({ multigraph: true })
  // The ranks are given, one between two columns for edges; boxes of one column begin at one x.
  graph.setGraph({ rankdir: 'LR', ranker: 'none', rankalign: 'top', nodesep: BETWEEN_BOXES, edgesep: BETWEEN_EDGES, ranksep: BETWEEN_COLUMNS })
  for (const { id, width, height, column } of boxes) graph.setNode(id, { width, height, rank: column * 2 })
  for (const { id, from, to } of edges) graph.setEdge(from, to, { labelpos: 'c' }, id)
  const below = new Map(edges.map((edge) => [edge.id, edge.below]))
  layout(graph, { customOrder: (layered: DagreGraph) => { orderByPorts(layered, below) } })
  const corners = new Map(boxes.map(({ id, width, height }): [string, Point] => [id, cornerOf(graph.node(id), width, height)]))
  const columns = columnEnds(boxes, corners)
  const ends = new Map(boxes.map(({ id }): [string, number] => [id, columns.get(corners.get(id)?.x ?? 0) ?? 0]))
  return fromZero({ corners, bends: bendsOf(graph, columns), ends }, boxes)
}

/** dagre's own bounds leave out where edges go. */
function fromZero({ corners, bends, ends }: Pick<Arranged, 'corners' | 'bends' | 'ends'>, boxes: readonly LooseBox[]): Arranged {
  const levels = [...bends.values()].flat().map(({ y }) => y)
  const top = Math.min(...[...corners.values()].map(({ y }) => y), ...levels)
  const lower = ({ x, y }: Point): Point => ({ x, y: y - top })
  const bottoms = boxes.map(({ id, height }) => (corners.get(id)?.y ?? 0) + height)
  return {
    corners: new Map([...corners].map(([id, point]) => [id, lower(point)])), bends: new Map([...bends].map(([id, points]) => [id, points.map(lower)])),
    ends, width: Math.max(0, ...ends.values()), height: Math.max(0, ...[...bottoms, ...levels].map((y) => y - top)),
  }
}

const cornerOf = ({ x = 0, y = 0 }: PlacedNode, width: number, height: number): Point => ({ x: Math.round(x - width / 2), y: Math.round(y - height / 2) })

/** Each column in the order of the rows that lead to it. */
function orderByPorts(graph: DagreGraph, below: ReadonlyMap<string, number>): void {
  const tops = new Map<string, number>()
  for (const rank of ranksOf(graph)) {
    const wished = rank.map((id) => ({ id, at: wish(graph, id, tops, below) })).sort((x, y) => x.at - y.at)
    let top = 0
    wished.forEach(({ id }, i) => {
      const node = graph.node(id)
      node.order = i
      tops.set(id, top)
      top += node.height + BETWEEN_BOXES
    })
  }
}

function ranksOf(graph: DagreGraph): string[][] {
  const ranks: string[][] = []
  for (const id of graph.nodes()) (ranks[graph.node(id).rank] ??= []).push(id)
  return [...ranks.values()].map((rank) => rank ?? [])
}

/** The mean height of the rows that lead to a box; the same for what nothing leads to, which keeps its place. */
function wish(graph: DagreGraph, id: string, tops: ReadonlyMap<string, number>, below: ReadonlyMap<string, number>): number {
  const heights = (graph.inEdges(id) ?? []).map(({ v, name = '' }) => (tops.get(v) ?? 0) + (graph.node(v).dummy === undefined ? (below.get(name) ?? 0) : 0))
  return heights.length === 0 ? 0 : heights.reduce((sum, each) => sum + each, 0) / heights.length
}

/** Where the column that begins at an x ends. */
function columnEnds(boxes: readonly LooseBox[], corners: ReadonlyMap<string, Point>): ReadonlyMap<number, number> {
  const ends = new Map<number, number>()
  for (const { id, width } of boxes) {
    const x = corners.get(id)?.x ?? 0
    ends.set(x, Math.max(ends.get(x) ?? 0, x + width))
  }
  return ends
}

/** An edge crosses a column level, and bends between columns only. */
function bendsOf(graph: DagreGraph, ends: ReadonlyMap<number, number>): ReadonlyMap<string, readonly Point[]> {
  return new Map(graph.edges().map((edge): [string, readonly Point[]] => {
    const inner = (graph.edge(edge).points ?? []).slice(1, -1)
    return [edge.name ?? '', inner.flatMap(({ x, y }) => {
      const [left, level] = [Math.round(x), Math.round(y)]
      const right = ends.get(left)
      return right === undefined ? [] : [{ x: left, y: level }, { x: right, y: level }]
    })]
  }))
}
