import { printable } from '../printable.ts'
import type { CounterOverlay } from './counterOverlay.ts'
import type { ChainPicture, PictureCluster } from './picture.ts'
import { columnsOf } from './shortText.ts'
import { svgElement, svgText } from './svgElement.ts'
import { svgEdges, svgFlow } from './svgEdges.ts'
import { legClass, WayLight } from './wayLight.ts'
import { svgBadges, svgNode } from './svgNodes.ts'
import { svgStyle } from './svgStyle.ts'
import type { Scheme } from './svgStyle.ts'
import type { OverlaidPacket, PacketWay, TraceOverlay, WayStep } from './traceOverlay.ts'

/** What is laid over a picture, and what is written above it. */
export interface SvgOptions {
  readonly trace?: TraceOverlay
  /** Only this packet of the trace, from 0. */
  readonly packet?: number
  readonly counters?: CounterOverlay
  /** The first line is the answer. */
  readonly caption?: readonly string[]
  readonly scheme?: Scheme
}

const SIDE = 24
const ANSWER = 26
const LINE = 20
const ANSWER_COLUMN = 9.6
const LINE_COLUMN = 7.2
/** Behind its dot a line is shorter. */
const LEG_COLUMNS = 4

/** A line above the picture; `leg`: with a dot of its colour. */
interface HeadLine {
  readonly kind: 'answer' | 'words' | 'leg'
  readonly text: string
  readonly leg: number
}

/** The picture as one SVG text, without script and without reference to anything outside it. */
export function pictureSvg(picture: ChainPicture, options: SvgOptions = {}): string {
  const { trace, packet, counters, caption = [], scheme = 'preferred' } = options
  const way = trace && (packet === undefined ? trace.all : trace.packets[packet])
  const light = way ? new WayLight(way) : null
  const lines = headLines(picture, options)
  const head = lines.length === 0 ? 0 : SIDE + lines.reduce((sum, { kind }) => sum + (kind === 'answer' ? ANSWER : LINE), 0)
  const { width, height, nodes, clusters, flows, notes } = picture
  const heat = counters ?? null
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="cw-picture" role="img" width="${width}" height="${height + head}" viewBox="0 ${-head} ${width} ${height + head}">`,
    svgElement('title', {}, svgText(titleOf(picture, caption))),
    svgElement('desc', {}, svgText(description(picture, way ?? null))),
    svgElement('style', {}, svgStyle(scheme)),
    svgElement('rect', { class: 'paper', x: 0, y: -head, width, height: height + head }),
    ...headSvg(lines, head),
    ...clusters.map(svgCluster),
    ...flows.map(svgFlow),
    svgEdges(picture, light, heat),
    ...nodes.map((node) => svgNode(node, light, heat)),
    ...(light ? nodes.map((node) => svgBadges(node, light)).filter(Boolean) : []),
    ...notes.map((note, i) => svgElement('text', { class: 'words', x: SIDE, y: height - SIDE / 2 - (notes.length - 1 - i) * LINE }, svgText(note))),
    '</svg>', '',
  ].join('\n')
}

function svgCluster({ kind, x, y, width, height, title }: PictureCluster): string {
  switch (kind) {
    case 'family': return svgElement('text', { class: 'family', x, y: y + 14 }, svgText(title))
    case 'hook': return svgElement('rect', { class: 'band', x, y, width, height, rx: 8 }) + svgElement('text', { class: 'hook', x: x + 14, y: y + 19 }, svgText(title))
    case 'apart': return svgElement('rect', { class: 'band apart', x, y, width, height, rx: 8 }) + svgElement('text', { class: 'words', x: x + 16, y: y + 24 }, svgText(title))
  }
}

/** The answer, the packets by which each leg was decided, and what the signs mean. */
function headLines({ width, nodes }: ChainPicture, { trace, packet, counters, caption = [] }: SvgOptions): HeadLine[] {
  const room = width - SIDE * 2
  const [answer, ...more] = caption
  const words = (text: string): HeadLine[] => wrapped(text, room / LINE_COLUMN).map((line) => ({ kind: 'words', text: line, leg: 0 }))
  const signs = [
    ...(trace ? ['numbers: the order of the steps', '×: asked of a packet, and not met'] : []),
    ...(nodes.some(({ columns }) => columns.packets !== null) ? ['at the right: packets the dump counted'] : []),
    ...(counters ? [counters.most === null ? 'the dump has no counters' : 'the warmer, the more packets'] : []),
  ]
  return [
    ...(answer === undefined ? [] : wrapped(answer, room / ANSWER_COLUMN).map((text): HeadLine => ({ kind: 'answer', text, leg: 0 }))),
    ...more.flatMap(words), ...(trace ? packetsOf(trace, packet).flatMap(({ leg, title }) => wrapped(title, room / LINE_COLUMN - LEG_COLUMNS).map((text): HeadLine => ({ kind: 'leg', text, leg }))) : []), ...(signs.length === 0 ? [] : words(signs.join(' · '))),
  ]
}

/** The packet that is shown, or the first that decides of each leg. */
function packetsOf({ packets }: TraceOverlay, packet: number | undefined): readonly OverlaidPacket[] {
  return packet === undefined ? packets.filter(({ decides, leg }, i) => decides && packets.findIndex((each) => each.leg === leg && each.decides) === i) : packets.slice(packet, packet + 1)
}

function headSvg(lines: readonly HeadLine[], head: number): string[] {
  let y = SIDE - head
  return lines.map(({ kind, text, leg }) => {
    y += kind === 'answer' ? ANSWER : LINE
    if (kind !== 'leg') return svgElement('text', { class: kind, x: SIDE, y: y - 6 }, svgText(text))
    return svgElement('g', { class: `badge ${legClass(leg)}` }, svgElement('circle', { cx: SIDE + 6, cy: y - 10, r: 6 })) + svgElement('text', { x: SIDE + 22, y: y - 6 }, svgText(text))
  })
}

/** Lines of at most so many columns, cut between words. */
function wrapped(text: string, most: number): string[] {
  const lines: string[] = []
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && columnsOf(last) + 1 + columnsOf(word) <= most) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function titleOf({ clusters }: ChainPicture, [answer]: readonly string[]): string {
  const families = clusters.filter(({ kind }) => kind === 'family').map(({ title }) => title).join(' and ')
  return answer === undefined ? `Chain graph, ${families}` : `Chain graph, ${families}: ${answer}`
}

/** For those who hear the picture: what it holds, and the packet's way in words. */
function description({ nodes, notes }: ChainPicture, way: PacketWay | null): string {
  const chains = nodes.filter(({ kind }) => kind === 'chain').length
  const steps = (way?.steps ?? []).filter(({ order }) => order !== null)
  return [`${chains} chains.`, ...notes, ...(steps.length === 0 ? [] : [`The packets' way: ${steps.map(stepWords).join('; ')}.`])].join(' ')
}

function stepWords({ order, node, kind, rule, verdict }: WayStep): string {
  const [, table = '', ...chain] = node.split('/')
  return `${order}. ${table} ${chain.join('/')} ${kind === 'policy' ? 'policy' : `rule ${rule}`}, ${verdict}`
}
