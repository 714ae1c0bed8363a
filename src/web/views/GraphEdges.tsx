import { edgeCurve, edgeHead, flowCurve, flowHead, legClass, litClass, mainStep } from '../core.ts'
import type { ChainPicture, CounterOverlay, PictureEdge, PictureFlow, WayLight } from '../core.ts'

/** How packets get from hook to hook. */
export const GraphFlows = ({ flows }: { readonly flows: readonly PictureFlow[] }) => (
  <>
    {flows.map(({ points, title, family }, i) => (
      <g key={`${family} ${title} ${i}`}><path class="flow" d={flowCurve(points)} /><path class="head" d={flowHead(points)} /><title>{title}</title></g>
    ))}
  </>
)

interface EdgesProps {
  readonly picture: ChainPicture
  readonly light: WayLight
  readonly counters: CounterOverlay | null
}

/** Jumps and gotos; those that were taken above the others. */
export function GraphEdges({ picture: { edges }, light, counters }: EdgesProps) {
  return (
    <>
      {edges.map((edge) => <PlainEdge key={edge.id} edge={edge} heat={counters?.edges[edge.id] ?? 0} />)}
      {edges.map((edge) => <TakenEdge key={edge.id} edge={edge} light={light} />)}
    </>
  )
}

const PlainEdge = ({ edge, heat }: { readonly edge: PictureEdge; readonly heat: number }) => (
  <g class="idle"><path class={`edge ${edge.kind}`} d={edgeCurve(edge, null)} stroke-width={(1.4 + heat * 4).toFixed(1)} /><path class="head" d={edgeHead(edge)} /></g>
)

function TakenEdge({ edge, light }: { readonly edge: PictureEdge; readonly light: WayLight }) {
  const steps = light.alongEdge(edge)
  const main = mainStep(steps)
  if (!main) return null
  const leg = legClass(main.leg)
  return <g><path class={`${litClass(main)} edge ${edge.kind} ${leg}`} d={edgeCurve(edge, steps.map(({ rule }) => rule))} /><path class={`head ${leg}`} d={edgeHead(edge)} /></g>
}
