import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { printable, WayLight } from '../core.ts'
import { t } from '../language/language.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { GraphAnswer, PlaceView } from '../worker/protocol.ts'
import { GraphEdges, GraphFlows } from './GraphEdges.tsx'
import { GraphNode } from './GraphNode.tsx'
import { ZoomPane } from './ZoomPane.tsx'

/** The chain graph: the packets' way lit, what they did not meet marked, and the counters of the dump as heat. */
export function GraphView({ store }: { readonly store: SideStore }) {
  const graph = store.graph.value
  const heat = useSignal(true)
  const { value: walk } = store.walk
  useEffect(() => { if (graph === null) void store.drawGraph() }, [graph, walk, store])
  if (!graph) return <p class="muted empty">…</p>
  return (
    <div class="graph-view">
      <label class="check heat-check"><input type="checkbox" checked={heat.value} disabled={graph.counters.most === null} onChange={({ currentTarget }) => { heat.value = currentTarget.checked }} /> {t('heat')}</label>
      <ZoomPane key={`${graph.picture.width}x${graph.picture.height}`} width={graph.picture.width} height={graph.picture.height} label={t('graphLabel')} follow={rowOf(graph, store.current()?.place ?? null)}>
        <Picture store={store} graph={graph} warm={heat.value ? 'warm' : 'hidden'} />
      </ZoomPane>
    </div>
  )
}

/** The middle of a rule's line. */
function rowOf({ picture: { nodes } }: GraphAnswer, place: PlaceView | null): { readonly x: number; readonly y: number } | null {
  if (!place) return null
  const node = nodes.find(({ family, table, chain }) => family === place.family && table === place.table && printable(chain) === place.chain)
  const row = node?.rows.find(({ first, last }) => first !== null && last !== null && place.number >= first && place.number <= last)
  return node && row ? { x: node.x + node.width / 2, y: row.y } : null
}

interface PictureProps {
  readonly store: SideStore
  readonly graph: GraphAnswer
  readonly warm: 'warm' | 'hidden'
}

function Picture({ store, graph: { picture, way, counters }, warm }: PictureProps) {
  const light = useComputed(() => new WayLight(store.graph.value?.way ?? way))
  const here = store.current()?.place ?? null
  const heat = warm === 'warm' ? counters : null
  return (
    <g class="cw-picture">
      {picture.clusters.map(({ kind, x, y, width, height, title }) => (
        kind === 'family'
          ? <text key={`${x} ${y}`} class="family" x={x} y={y + 14}>{title}</text>
          : <g key={`${x} ${y}`}><rect class={`band ${kind}`} x={x} y={y} width={width} height={height} rx={8} /><text class={kind === 'hook' ? 'hook' : 'words'} x={x + 14} y={y + (kind === 'hook' ? 19 : 24)}>{title}</text></g>
      ))}
      <GraphFlows flows={picture.flows} />
      <GraphEdges picture={picture} light={light.value} counters={heat} />
      {picture.nodes.map((node) => <GraphNode key={node.id} node={node} light={light.value} heat={heat?.heat[node.id] ?? null} here={here} />)}
      {picture.notes.map((note, i) => <text key={note} class="words" x={24} y={picture.height - 12 - (picture.notes.length - 1 - i) * 20}>{note}</text>)}
    </g>
  )
}
