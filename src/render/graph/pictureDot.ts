import { printable } from '../printable.ts'
import type { CounterOverlay } from './counterOverlay.ts'
import type { ChainPicture, PictureEdge, PictureNode, PictureRow } from './picture.ts'
import { rulesText } from './rulesText.ts'
import type { TraceOverlay } from './traceOverlay.ts'
import { legColour, mainStep, WayLight } from './wayLight.ts'

export interface DotOptions {
  readonly trace?: TraceOverlay
  readonly counters?: CounterOverlay
  readonly caption?: readonly string[]
}

const GREY = '#8a949e'

/** The picture in Graphviz' language; where things stand is left to Graphviz. */
export function pictureDot(picture: ChainPicture, { trace, counters, caption = [] }: DotOptions = {}): string {
  const light = trace ? new WayLight(trace.all) : null
  const ids = new Map(picture.nodes.map(({ id }, i): [string, string] => [id, `n${i}`]))
  const words = [...caption, ...picture.notes]
  return [
    'digraph chainwalk {', '  rankdir=LR', '  node [shape=box fontname="monospace" fontsize=10]', '  edge [fontname="monospace" fontsize=9]',
    ...(words.length === 0 ? [] : [`  label="${lines(words)}"`, '  labelloc=t', '  labeljust=l']),
    ...groupsOf(picture.nodes).flatMap(({ title, nodes }, i) => group(i, title, nodes.map((node) => dotNode(ids.get(node.id) ?? '', node, light, counters)))),
    ...picture.edges.map((edge) => dotEdge(edge, ids, light, counters)),
    '}', '',
  ].join('\n')
}

interface Group {
  readonly title: string | null
  readonly nodes: PictureNode[]
}

/** Base chains by hook, and what no packet reaches. */
function groupsOf(nodes: readonly PictureNode[]): Group[] {
  const groups = new Map<string | null, Group>()
  for (const node of nodes) {
    const title = !node.reached ? `IPv${node.family}: no packet reaches these chains` : node.hook === null ? null : `IPv${node.family} ${node.hook}`
    const own = groups.get(title) ?? { title, nodes: [] }
    own.nodes.push(node)
    groups.set(title, own)
  }
  return [...groups.values()]
}

const group = (index: number, title: string | null, nodes: readonly string[]): string[] =>
  title === null ? nodes.map((node) => `  ${node}`) : [`  subgraph cluster${index} {`, `    label="${escaped(title)}"`, ...nodes.map((node) => `    ${node}`), '  }']

function dotNode(name: string, node: PictureNode, light: WayLight | null, counters: CounterOverlay | undefined): string {
  const step = mainStep(light?.inNode(node) ?? [])
  const heat = Math.max(0, ...(counters?.heat[node.id] ?? []).map((each) => each ?? 0))
  const label = lines([`${node.table} ${node.hook === null ? node.title : node.chain}`, ...node.rows.map((row) => rowText(node, row, light))])
  const look = [
    ...(step ? [`color="${legColour(step.leg)}"`, 'penwidth=2'] : light ? [`color="${GREY}"`, `fontcolor="${GREY}"`] : []),
    ...(node.kind === 'chain' ? [] : ['style=dashed']),
    ...(heat > 0 && node.kind === 'chain' ? ['style=filled', `fillcolor="0.07 ${(heat * 0.5).toFixed(2)} 1"`] : []),
  ]
  return `${name} [${[`label="${label}"`, ...look].join(' ')}]`
}

/** "2> 6 -p tcp => ISTIO_IN_REDIRECT [0]": the second step is here; an x: asked, and not met. */
function rowText(node: PictureNode, row: PictureRow, light: WayLight | null): string {
  const orders = (light?.atRow(node, row) ?? []).flatMap(({ order }) => (order === null ? [] : [order]))
  const sign = orders.length > 0 ? `${orders.join(',')}> ` : (light?.missedAt(node, row) ?? 0) > 0 ? 'x ' : ''
  const number = row.kind === 'rule' ? `${row.first} ` : ''
  return `${sign}${number}${row.asks}${row.target === '' ? '' : ` => ${row.target}`}${row.packets === null ? '' : ` [${row.packets}]`}`
}

function dotEdge(edge: PictureEdge, ids: ReadonlyMap<string, string>, light: WayLight | null, counters: CounterOverlay | undefined): string {
  const steps = light?.alongEdge(edge) ?? []
  const step = mainStep(steps)
  const orders = steps.flatMap(({ order }) => (order === null ? [] : [order]))
  const heat = counters?.edges[edge.id] ?? 0
  const look = [
    `label="${rulesText(edge.rules)}${orders.length === 0 ? '' : ` (step ${orders.join(', ')})`}"`,
    ...(edge.kind === 'goto' ? ['style=dashed'] : []),
    ...(step ? [`color="${legColour(step.leg)}"`, `fontcolor="${legColour(step.leg)}"`] : light ? [`color="${GREY}"`, `fontcolor="${GREY}"`] : []),
    ...(step || heat > 0 ? [`penwidth=${(Math.max(step ? 2.5 : 1, 1 + heat * 4)).toFixed(1)}`] : []),
  ]
  return `  ${ids.get(edge.from) ?? ''} -> ${ids.get(edge.to) ?? ''} [${look.join(' ')}]`
}

/** Lines of a label, each to the left. */
const lines = (texts: readonly string[]): string => texts.map((text) => `${escaped(text)}\\l`).join('')

/** Graphviz reads backslashes and HTML entities in labels. */
const escaped = (text: string): string => printable(text.replace(/\s+/g, ' ')).replace(/&/g, '&amp;').replace(/\\/g, '\\\\').replace(/"/g, '\\"')
