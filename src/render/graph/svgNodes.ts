import { roundedCount } from '../../ruleset/roundedCount.ts'
import type { CounterOverlay } from './counterOverlay.ts'
import { ROW, TITLE } from './measuredBox.ts'
import type { PictureNode, PictureRow } from './picture.ts'
import { svgElement, svgText } from './svgElement.ts'
import { legClass, litClass, mainStep } from './wayLight.ts'
import type { WayLight } from './wayLight.ts'
import type { WayStep } from './traceOverlay.ts'

/** How far below the middle of a line its letters stand. */
const BASE = 4

const RADIUS = 9

/** So many numbers stand beside one line; more would run into the next box. */
const MAX_BADGES = 3

/** A chain's box: its name, its rules, and what packets and counters say of them. */
export function svgNode(node: PictureNode, light: WayLight | null, counters: CounterOverlay | null): string {
  const step = mainStep(light?.inNode(node) ?? [])
  const state = !light ? 'plain' : step ? `${litClass(step)} ${legClass(step.leg)}` : 'idle'
  const { x, y, width, height, hook, title, table } = node
  return svgElement('g', { class: `${node.kind} ${state}` },
    svgElement('rect', { class: 'box', x, y, width, height, rx: 6 }),
    svgElement('path', { class: 'heading', d: `M${x + 1} ${y + TITLE - 2}V${y + 6}q0 -5 5 -5H${x + width - 6}q5 0 5 5V${y + TITLE - 2}z` }),
    svgElement('text', { class: 'name', x: x + 14, y: y + TITLE / 2 + BASE }, svgText(title)),
    ...(hook === null ? [svgElement('text', { class: 'faint end', x: x + width - 14, y: y + TITLE / 2 + BASE }, svgText(table))] : []),
    ...node.rows.map((row, i) => svgRow(node, row, { light, heat: counters?.heat[node.id]?.[i] ?? null })),
  )
}

interface Laid {
  readonly light: WayLight | null
  readonly heat: number | null
}

function svgRow(node: PictureNode, row: PictureRow, { light, heat }: Laid): string {
  const steps = light?.atRow(node, row) ?? []
  const missed = steps.length === 0 ? (light?.missedAt(node, row) ?? 0) : 0
  const main = mainStep(steps)
  const state = main ? `${litClass(main)} row ${legClass(main.leg)}` : missed > 0 ? 'missed' : null
  return svgElement('g', { class: state },
    ...(row.text === '' ? [] : [svgElement('title', {}, svgText(`rule ${row.first}: ${row.text}`))]),
    ...(main ? [svgElement('rect', { class: 'wash', ...lineOf(node, row) })] : []),
    ...(heat === null || heat === 0 ? [] : [svgElement('rect', { class: 'heat', ...lineOf(node, row), ...(light && countsOf(node)), 'fill-opacity': (heat * 0.4).toFixed(2) })]),
    ...rowWords(node, row),
    ...(missed > 0 ? [svgElement('text', { class: 'number', x: node.x + 8, y: row.y + BASE }, '×')] : []),
  )
}

const lineOf = ({ x, width }: PictureNode, { y }: PictureRow): Readonly<Record<string, number>> => ({ x: x + 1, y: y - ROW / 2, width: width - 2, height: ROW })

/** Beside a packet's way only the counts are warm. */
const COUNTS = 56

const countsOf = ({ x, width }: PictureNode): Readonly<Record<string, number>> => ({ x: x + width - 1 - COUNTS, width: COUNTS })

function rowWords({ columns }: PictureNode, row: PictureRow): string[] {
  const y = row.y + BASE
  const quiet = row.kind === 'rule' ? 'rule' : 'faint'
  return [
    ...(row.kind === 'rule' && row.first !== null ? [svgElement('text', { class: 'number end', x: columns.number, y }, `${row.first}`)] : []),
    svgElement('text', { class: quiet, x: columns.asks, y }, svgText(row.asks)),
    ...(row.target === '' ? [] : [svgElement('text', { class: 'rule', x: columns.target, y }, svgText(row.target))]),
    ...(columns.packets === null || row.packets === null ? [] : [svgElement('text', { class: 'count end', x: columns.packets, y }, roundedCount(row.packets))]),
  ]
}

/** In which order the packets came by, at the left of each line: above everything else. */
export function svgBadges(node: PictureNode, light: WayLight): string {
  return node.rows.map((row) => {
    const steps = light.atRow(node, row).filter(({ order }) => order !== null)
    const shown = steps.slice(0, steps.length > MAX_BADGES ? MAX_BADGES - 1 : MAX_BADGES)
    const more = steps.length - shown.length
    const badges = shown.map((step, i) => badge(node.x - (shown.length - 1 - i + (more > 0 ? 1 : 0)) * RADIUS * 2, row.y, step, `${step.order}`))
    const last = steps.at(-1)
    return badges.join('') + (more > 0 && last ? badge(node.x, row.y, last, `+${more}`) : '')
  }).join('')
}

const badge = (x: number, y: number, { leg }: WayStep, text: string): string =>
  svgElement('g', { class: `badge ${legClass(leg)}` }, svgElement('circle', { cx: x, cy: y, r: RADIUS }), svgElement('text', { class: 'order', x, y: y + 3.7 }, svgText(text)))
