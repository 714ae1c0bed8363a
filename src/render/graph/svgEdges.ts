import type { CounterOverlay } from './counterOverlay.ts'
import type { ChainPicture, PictureEdge, PictureFlow, Point } from './picture.ts'
import { rulesText } from './rulesText.ts'
import { svgElement, svgText } from './svgElement.ts'
import type { WayLight } from './wayLight.ts'
import { legClass, litClass, mainStep } from './wayLight.ts'

/** Edges from line to box, those the packet took above the others. */
export function svgEdges({ edges }: ChainPicture, light: WayLight | null, counters: CounterOverlay | null): string {
  const dark = edges.map((edge) => plainEdge(edge, light, counters))
  const lit = light ? edges.flatMap((edge) => litEdge(edge, light)) : []
  return [...dark, ...lit].join('\n')
}

function plainEdge(edge: PictureEdge, light: WayLight | null, counters: CounterOverlay | null): string {
  const heat = counters?.edges[edge.id] ?? 0
  const width = heat === 0 ? null : `stroke-width:${(1.4 + heat * 4).toFixed(1)}px`
  const title = `${edge.kind} by ${edge.rules.length === 1 ? 'rule' : 'rules'} ${rulesText(edge.rules)}`
  return svgElement('g', { class: light ? 'idle' : null }, svgElement('title', {}, svgText(title)), svgElement('path', { class: `edge ${edge.kind}`, d: edgeCurve(edge, null), style: width }), head(edge, 'head'))
}

function litEdge(edge: PictureEdge, light: WayLight): string[] {
  const steps = light.alongEdge(edge)
  const main = mainStep(steps)
  if (!main) return []
  const leg = legClass(main.leg)
  return [svgElement('path', { class: `${litClass(main)} edge ${edge.kind} ${leg}`, d: edgeCurve(edge, steps.map(({ rule }) => rule)) }), head(edge, `head ${leg}`)]
}

/** An edge's curve from every line that jumps along it, or only from those of some rules. */
export const edgeCurve = (edge: PictureEdge, rules: readonly (number | null)[] | null): string => pathsFrom(rules === null ? edge.starts : takenStarts(edge, rules), edge)

const takenStarts = ({ starts }: PictureEdge, rules: readonly (number | null)[]): PictureEdge['starts'] => starts.filter(({ first, last }) => rules.some((rule) => rule !== null && rule >= first && rule <= last))

/** The tip of the head is thinner than the line. */
const TIP = 6

/** From each start level to where it may bend, to where all of them meet, and from there one line for all. */
function pathsFrom(starts: readonly Point[], { points }: PictureEdge): string {
  const [, leave, meet, ...rest] = points.map((point, i) => (i === points.length - 1 ? { ...point, x: point.x - TIP } : point))
  if (!leave || !meet) return ''
  return starts.map((start, i) => curve([start, { x: leave.x, y: start.y }, meet, ...(i === 0 ? rest : [])])).join('')
}

/** Level where it can be, else an S with level ends. */
function curve([start, ...rest]: readonly Point[]): string {
  if (!start) return ''
  let from = start
  return `M${start.x} ${start.y}` + rest.filter(({ x, y }) => x !== start.x || y !== start.y).map((to) => {
    const middle = Math.round((from.x + to.x) / 2)
    const part = from.y === to.y ? `L${to.x} ${to.y}` : `C${middle} ${from.y} ${middle} ${to.y} ${to.x} ${to.y}`
    from = to
    return part
  }).join('')
}

function head(edge: PictureEdge, className: string): string {
  const d = edgeHead(edge)
  return d === '' ? '' : svgElement('path', { class: className, d })
}

/** The arrow's head at the end of an edge. */
export function edgeHead({ points }: PictureEdge): string {
  const end = points.at(-1)
  return end ? `M${end.x} ${end.y}l-9 -4.5v9z` : ''
}

const CORNER = 8

/** How packets get from hook to hook, with round corners. */
export function svgFlow({ points, title }: PictureFlow): string {
  const turn = flowHead(points)
  if (turn === '') return ''
  return svgElement('path', { class: 'flow', d: flowCurve(points) }) + svgElement('path', { class: 'head', d: turn }) + flowTitle(points, title)
}

/** The arrow's head at the end of a way from hook to hook. */
export function flowHead(points: readonly Point[]): string {
  const end = points.at(-1)
  const before = points.at(-2)
  if (!end || !before) return ''
  return end.x >= before.x ? `M${end.x} ${end.y}l-7 -3.5v7z` : `M${end.x} ${end.y}l7 -3.5v7z`
}

/** Its curve, with round corners. */
export function flowCurve(points: readonly Point[]): string {
  const [a, b, c, d] = points
  if (!a || !b) return ''
  if (!c || !d) return `M${a.x} ${a.y}L${b.x} ${b.y}`
  return `M${a.x} ${a.y}L${b.x + CORNER} ${b.y}Q${b.x} ${b.y} ${b.x} ${b.y + CORNER}L${c.x} ${c.y - CORNER}Q${c.x} ${c.y} ${c.x + CORNER} ${c.y}L${d.x} ${d.y}`
}

function flowTitle(points: readonly Point[], title: string): string {
  const [a, b, c] = points
  if (title === '' || !a || !b) return ''
  if (!c) return svgElement('text', { class: 'words', x: Math.min(a.x, b.x), y: a.y - 6 }, svgText(title))
  const [x, y] = [b.x - 6, Math.round((b.y + c.y) / 2)]
  return svgElement('text', { class: 'words', x, y, transform: `rotate(-90 ${x} ${y})`, 'text-anchor': 'middle' }, svgText(title))
}
