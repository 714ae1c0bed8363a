import { legClass, litClass, mainStep, printable, ROW, TITLE } from '../core.ts'
import type { PictureNode, PictureRow, WayLight } from '../core.ts'
import type { PlaceView } from '../worker/protocol.ts'

interface NodeProps {
  readonly node: PictureNode
  readonly light: WayLight
  /** From 0 to 1 for each line; null: no heat is shown. */
  readonly heat: readonly (number | null)[] | null
  /** The rule of the current step. */
  readonly here: PlaceView | null
}

const BASE = 4

/** A chain's box with its rules. */
export function GraphNode({ node, light, heat, here }: NodeProps) {
  const { x, y, width, height, hook, title, table, rows } = node
  const step = mainStep(light.inNode(node))
  const isHere = here !== null && node.kind === 'chain' && node.family === here.family && node.table === here.table && printable(node.chain) === here.chain
  return (
    <g class={`${node.kind} ${step ? `${litClass(step)} ${legClass(step.leg)}` : light.visited(node) ? 'plain' : 'idle'}`}>
      <rect class="box" x={x} y={y} width={width} height={height} rx={6} />
      <path class="heading" d={`M${x + 1} ${y + TITLE - 2}V${y + 6}q0 -5 5 -5H${x + width - 6}q5 0 5 5V${y + TITLE - 2}z`} />
      <text class="name" x={x + 14} y={y + TITLE / 2 + BASE}>{title}</text>
      {hook === null && <text class="faint end" x={x + width - 14} y={y + TITLE / 2 + BASE}>{table}</text>}
      {rows.map((row, i) => <Row key={i} node={node} row={row} light={light} heat={heat?.[i] ?? null} isHere={isHere && row.first !== null && row.last !== null && here.number >= row.first && here.number <= row.last} />)}
    </g>
  )
}

interface RowProps {
  readonly node: PictureNode
  readonly row: PictureRow
  readonly light: WayLight
  readonly heat: number | null
  readonly isHere: boolean
}

function Row({ node, row, light, heat, isHere }: RowProps) {
  const steps = light.atRow(node, row)
  const missed = steps.length === 0 && light.missedAt(node, row) > 0
  const main = mainStep(steps)
  const line = { x: node.x + 1, y: row.y - ROW / 2, width: node.width - 2, height: ROW }
  const y = row.y + BASE
  const { columns } = node
  return (
    <g class={main ? `${litClass(main)} row ${legClass(main.leg)}` : missed ? 'missed' : undefined}>
      {row.text !== '' && <title>{`rule ${row.first}: ${row.text}`}</title>}
      {main && <rect class="wash" {...line} />}
      {heat !== null && heat > 0 && <rect class="heat" {...line} x={node.x + node.width - 57} width={56} fill-opacity={(heat * 0.4).toFixed(2)} />}
      {isHere && <rect class="here-row" {...line} />}
      {row.kind === 'rule' && row.first !== null && <text class="number end" x={columns.number} y={y}>{row.first}</text>}
      <text class={row.kind === 'rule' ? 'rule' : 'faint'} x={columns.asks} y={y}>{row.asks}</text>
      {row.target !== '' && <text class="rule" x={columns.target} y={y}>{row.target}</text>}
      {columns.packets !== null && row.packets !== null && <text class="number end" x={columns.packets} y={y}>{row.packets.toLocaleString('en', { notation: 'compact' })}</text>}
      {missed && <text class="number cross" x={node.x + 6} y={y}>×</text>}
      {steps.filter(({ order }) => order !== null).slice(0, 3).map(({ order, leg }, i) => (
        <g key={order} class={`badge ${legClass(leg)}`}><circle cx={node.x - i * 18} cy={row.y} r={9} /><text class="order" x={node.x - i * 18} y={row.y + 3.7}>{order}</text></g>
      ))}
    </g>
  )
}
