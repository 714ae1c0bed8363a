import type { Hook } from '../../netfilter/hook.ts'
import { HOOKS } from '../../netfilter/hook.ts'
import { arrangeBoxes } from './arrangeBoxes.ts'
import type { Arranged, LooseBox } from './arrangeBoxes.ts'
import { chainColumns } from './chainColumns.ts'
import type { GraphJump } from './drawnChains.ts'
import type { LooseGraph, LooseNode } from './looseNodes.ts'
import { rowMiddle, TITLE_MIDDLE } from './measuredBox.ts'
import type { Box, PictureEdge, PictureNode, PictureStart, Point } from './picture.ts'
import { edgeId } from './pictureId.ts'

/** Boxes and edges in their places, and the band of each hook. */
export interface PlacedPart {
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
  readonly bands: ReadonlyMap<Hook, Box>
  readonly width: number
  readonly height: number
}

const BAND_TITLE = 28
const BAND_SIDE = 12
const BETWEEN_TABLES = 8

/** A hook's base chains, one below the other: they are placed as one box. */
interface Band {
  readonly hook: Hook
  readonly width: number
  readonly height: number
  /** How far below the band's top each begins. */
  readonly tops: ReadonlyMap<string, number>
}

export function placedPart({ nodes, jumps }: LooseGraph): PlacedPart {
  const bands = bandsOf(nodes)
  const bandOf = new Map(bands.flatMap((band) => [...band.tops.keys()].map((id): [string, Band] => [id, band])))
  const { columns, back } = chainColumns(nodes, jumps)
  const boxes: LooseBox[] = [
    ...bands.map(({ hook, width, height }) => ({ id: hook, width, height, column: 0 })),
    ...nodes.filter(({ id }) => !bandOf.has(id)).map(({ id, box: { width, height } }) => ({ id, width, height, column: columns.get(id) ?? 0 })),
  ]
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const edges = jumps.filter((jump) => !back.has(jump)).map((jump) => {
    const band = bandOf.get(jump.from)
    return { id: idOf(jump), from: band?.hook ?? jump.from, to: jump.to, below: (band?.tops.get(jump.from) ?? 0) + (startsBelow(byId.get(jump.from), jump)[0]?.below ?? 0) }
  })
  const arranged = arrangeBoxes(boxes, edges)
  const placed = new Map(nodes.map((node): [string, PictureNode] => [node.id, placedNode(node, bandOf.get(node.id), arranged)]))
  return {
    nodes: [...placed.values()],
    edges: jumps.flatMap((jump) => placedEdge(jump, { placed, byId, bandOf, arranged, back })),
    bands: new Map(bands.map(({ hook, width, height }): [Hook, Box] => [hook, { ...cornerOf(hook, arranged), width, height }])),
    width: arranged.width,
    height: arranged.height,
  }
}

/** All bands are as wide as the widest. */
function bandsOf(nodes: readonly LooseNode[]): Band[] {
  const width = Math.max(0, ...nodes.filter(({ hook }) => hook !== null).map(({ box }) => box.width)) + BAND_SIDE * 2
  return HOOKS.flatMap((hook) => {
    const own = nodes.filter((node) => node.hook === hook)
    const tops = new Map<string, number>()
    let top = BAND_TITLE
    for (const { id, box } of own) {
      tops.set(id, top)
      top += box.height + BETWEEN_TABLES
    }
    return own.length === 0 ? [] : [{ hook, width, height: top - BETWEEN_TABLES + BAND_SIDE, tops }]
  })
}

const idOf = ({ from, kind, to }: GraphJump): string => edgeId(from, kind, to)

const cornerOf = (id: string, { corners }: Arranged): Point => corners.get(id) ?? { x: 0, y: 0 }

function placedNode({ box, rows, ...node }: LooseNode, band: Band | undefined, arranged: Arranged): PictureNode {
  const corner = cornerOf(band?.hook ?? node.id, arranged)
  const { x, y } = band ? { x: corner.x + BAND_SIDE, y: corner.y + (band.tops.get(node.id) ?? 0) } : corner
  const width = band ? band.width - BAND_SIDE * 2 : box.width
  const { number, asks, target, packets } = box.columns
  return {
    ...node, x, y, width, height: box.height, columns: { number: x + number, asks: x + asks, target: x + target, packets: packets === null ? null : x + packets + width - box.width },
    rows: rows.map((row, i) => ({ ...row, y: y + rowMiddle(i) })),
  }
}

/** How far below the top of its box a jump leaves it: at the line of each of its rules. */
function startsBelow(node: LooseNode | undefined, { rules }: GraphJump): readonly { readonly below: number; readonly first: number; readonly last: number }[] {
  return (node?.rows ?? []).flatMap(({ first, last }, i) => (first !== null && last !== null && rules.some((rule) => rule >= first && rule <= last) ? [{ below: rowMiddle(i), first, last }] : []))
}

interface Placed {
  readonly placed: ReadonlyMap<string, PictureNode>
  readonly byId: ReadonlyMap<string, LooseNode>
  readonly bandOf: ReadonlyMap<string, Band>
  readonly arranged: Arranged
  readonly back: ReadonlySet<GraphJump>
}

/** How far an edge that leads back swings out at both ends. */
const SWING = 14

function placedEdge(jump: GraphJump, { placed, byId, bandOf, arranged, back }: Placed): PictureEdge[] {
  const [from, to] = [placed.get(jump.from), placed.get(jump.to)]
  if (!from || !to) return []
  const starts = startsBelow(byId.get(jump.from), jump).map(({ below, first, last }): PictureStart => ({ x: from.x + from.width, y: from.y + below, first, last }))
  const [start] = starts
  if (!start) return []
  const end = { x: to.x, y: to.y + TITLE_MIDDLE }
  const column = arranged.ends.get(bandOf.get(jump.from)?.hook ?? jump.from) ?? start.x
  const between = back.has(jump) ? [{ x: column + SWING, y: start.y }, { x: end.x - SWING, y: end.y }] : [{ x: column, y: start.y }, ...(arranged.bends.get(idOf(jump)) ?? [])]
  return [{ id: idOf(jump), from: jump.from, to: jump.to, kind: jump.kind, rules: jump.rules, starts, points: [{ x: start.x, y: start.y }, ...between, end] }]
}
