import type { PictureEdge, PictureNode, PictureRow } from './picture.ts'
import { LEG_COLOURS } from './svgStyle.ts'
import type { PacketWay, WayStep } from './traceOverlay.ts'

/** What a packet's way, or that of several, lights in a picture. */
export class WayLight {
  private readonly steps = new Map<string, WayStep[]>()
  private readonly missed = new Map<string, Set<number>>()
  private readonly edges = new Map<string, WayStep[]>()

  constructor({ steps, missed }: PacketWay) {
    for (const step of steps) {
      this.steps.set(step.node, [...(this.steps.get(step.node) ?? []), step])
      if (step.edge !== null) this.edges.set(step.edge, [...(this.edges.get(step.edge) ?? []), step])
    }
    for (const { node, rule } of missed) this.missed.set(node, (this.missed.get(node) ?? new Set()).add(rule))
  }

  /** The steps in a box: none where no packet came by. */
  inNode({ id }: PictureNode): readonly WayStep[] {
    return this.steps.get(id) ?? []
  }

  visited({ id }: PictureNode): boolean {
    return this.steps.has(id) || this.missed.has(id)
  }

  atRow({ id }: PictureNode, row: PictureRow): readonly WayStep[] {
    return (this.steps.get(id) ?? []).filter(({ kind, rule }) => (row.kind === 'policy' ? kind === 'policy' : rule !== null && stands(row, rule)))
  }

  /** How many rules of a line were held against packets in vain. */
  missedAt({ id }: PictureNode, row: PictureRow): number {
    return [...(this.missed.get(id) ?? [])].filter((rule) => stands(row, rule)).length
  }

  alongEdge({ id }: PictureEdge): readonly WayStep[] {
    return this.edges.get(id) ?? []
  }
}

const stands = ({ first, last }: PictureRow, rule: number): boolean => first !== null && last !== null && rule >= first && rule <= last

/** The step whose colour counts: the first that decides, else the first. */
export const mainStep = (steps: readonly WayStep[]): WayStep | undefined => steps.find(({ order }) => order !== null) ?? steps[0]

/** Packets that only follow light less. */
export const litClass = ({ order }: WayStep): string => (order === null ? 'lit after' : 'lit')

/** The class that gives a step its leg's colour. */
export const legClass = (leg: number): string => `leg${leg % LEG_COLOURS.length}`

/** The leg's colour on white. */
export const legColour = (leg: number): string => LEG_COLOURS[leg % LEG_COLOURS.length] ?? LEG_COLOURS[0]
