import { printable } from '../printable.ts'
import type { ChainPicture, PictureEdge, PictureNode } from './picture.ts'
import { rulesText } from './rulesText.ts'
import type { TraceOverlay, WayStep } from './traceOverlay.ts'
import { legClass, legColour, mainStep, WayLight } from './wayLight.ts'

export interface MermaidOptions {
  readonly trace?: TraceOverlay
  readonly caption?: readonly string[]
}

/** The picture as a mermaid flowchart: one box a chain with the targets it ends in, one arrow a jump with its rule numbers, and the steps of a trace. */
export function mermaid(picture: ChainPicture, { trace, caption = [] }: MermaidOptions = {}): string {
  const light = trace ? new WayLight(trace.all) : null
  const led = new Set(picture.edges.map(({ to }) => to))
  const shown = picture.nodes.filter((node) => led.has(node.id) || isShown(node, light))
  const ids = new Map(shown.map(({ id, family }, i): [string, string] => [id, `v${family}c${i}`]))
  const [title] = caption
  return [
    ...(title === undefined ? [] : ['---', `title: ${JSON.stringify(printable(title)).replace(/%/g, '\\u0025')}`, '---']),
    'flowchart LR', ...picture.notes.map((note) => `  %% ${note}`),
    ...groupsOf(shown).flatMap(({ id, title: heading, nodes }) => [`  subgraph ${id}["${heading}"]`, ...nodes.map((node) => `    ${ids.get(node.id) ?? ''}["${label(node, light)}"]`), '  end']),
    ...picture.edges.map((edge) => arrow(edge, ids, light)),
    ...(light ? lit(picture.edges, shown, ids, light) : []), '',
  ].join('\n')
}

/** Of base chains without rules only those of the packet's way. */
const isShown = (node: PictureNode, light: WayLight | null): boolean => node.hook === null || node.rows.some(({ kind }) => kind !== 'policy') || (light?.visited(node) ?? false)

interface Group {
  readonly id: string
  readonly title: string
  readonly nodes: PictureNode[]
}

function groupsOf(nodes: readonly PictureNode[]): Group[] {
  const groups = new Map<string, Group>()
  for (const node of nodes) {
    const { family, table, reached } = node
    const id = reached ? `v${family}${table}` : `v${family}apart`
    const own = groups.get(id) ?? { id, title: reached ? `IPv${family} ${table}` : `IPv${family}: no packet reaches these chains`, nodes: [] }
    own.nodes.push(node)
    groups.set(id, own)
  }
  return [...groups.values()]
}

/** The chain, its policy, the targets it ends in, and the steps that are no jumps. */
function label(node: PictureNode, light: WayLight | null): string {
  const { chain, title, hook, policy, rows } = node
  const ends = new Set(rows.flatMap(({ kind, target, to, asks }) => (kind === 'rule' && to === null && target !== '' ? [target] : kind === 'note' || kind === 'folded' ? [asks] : [])))
  const steps = (light?.inNode(node) ?? []).filter(({ order, edge }) => order !== null && edge === null).map(stepText)
  return [hook === null ? title : chain, ...(policy === null ? [] : [`policy ${policy}`]), ...ends, ...steps].map(escaped).join('<br/>')
}

const stepText = ({ order, kind, rule, verdict }: WayStep): string => `step ${order}: ${kind === 'policy' ? 'policy' : `rule ${rule}`} ${verdict}`

function arrow(edge: PictureEdge, ids: ReadonlyMap<string, string>, light: WayLight | null): string {
  const orders = (light?.alongEdge(edge) ?? []).flatMap(({ order }) => (order === null ? [] : [order]))
  const words = `${rulesText(edge.rules)}${orders.length === 0 ? '' : ` (step ${orders.join(', ')})`}`
  return `  ${ids.get(edge.from) ?? ''} ${edge.kind === 'jump' ? '-->' : '-.->'}|${/^[\d, ]+$/.test(words) ? words : `"${words}"`}| ${ids.get(edge.to) ?? ''}`
}

/** Classes for the boxes packets came by and for the others; arrows are styled by their number. */
function lit(edges: readonly PictureEdge[], nodes: readonly PictureNode[], ids: ReadonlyMap<string, string>, light: WayLight): string[] {
  const legs = new Map<string, { readonly leg: number; readonly ids: string[] }>()
  const idle: string[] = []
  for (const node of nodes) {
    const step = mainStep(light.inNode(node))
    const id = ids.get(node.id) ?? ''
    if (step) legs.set(legClass(step.leg), { leg: step.leg, ids: [...(legs.get(legClass(step.leg))?.ids ?? []), id] })
    else idle.push(id)
  }
  return [
    ...[...legs].flatMap(([name, each]) => [`  classDef ${name} stroke:${legColour(each.leg)},stroke-width:3px`, `  class ${each.ids.join(',')} ${name}`]),
    ...(idle.length > 0 ? ['  classDef idle opacity:0.5', `  class ${idle.join(',')} idle`] : []),
    ...edges.flatMap((edge, i) => {
      const step = mainStep(light.alongEdge(edge))
      return step ? [`  linkStyle ${i} stroke:${legColour(step.leg)},stroke-width:3px`] : []
    }),
  ]
}

/** Mermaid reads HTML, entities and markdown in labels, and directives anywhere; nothing of a dump may be any of these. */
const escaped = (text: string): string => printable(text).replace(/[&<>"#;%{}`]/g, (character) => `#${character.charCodeAt(0)};`)
