import type { ChainPicture, PictureRow } from './picture.ts'

/** How much a dump's counters say went through each line of a picture. */
export interface CounterOverlay {
  /** From 0 (nothing) to 1 (the most of all lines), by node and by line; null where nothing was counted. */
  readonly heat: Readonly<Record<string, readonly (number | null)[]>>
  /** The same for edges, by id. */
  readonly edges: Readonly<Record<string, number>>
  /** The most packets a line of rules has; null: the dump has no counters. */
  readonly most: number | null
}

/** Heat from counters: each ten times as many packets is one step hotter. */
export function counterOverlay({ nodes, edges }: ChainPicture): CounterOverlay {
  const counted = nodes.flatMap(({ rows }) => rows.flatMap(({ kind, packets }) => (packets === null || kind === 'policy' ? [] : [packets])))
  const most = counted.length === 0 ? null : Math.max(...counted)
  const heatOf = (packets: number): number => (most === null || most === 0 ? 0 : Math.min(1, Math.log10(1 + packets) / Math.log10(1 + most)))
  const rows = new Map(nodes.map((node) => [node.id, node.rows]))
  return {
    heat: Object.fromEntries(nodes.map((node) => [node.id, node.rows.map(({ packets }) => (packets === null ? null : heatOf(packets)))])),
    edges: Object.fromEntries(edges.map(({ id, from, rules }) => [id, heatOf(packetsOf(rows.get(from) ?? [], rules))])),
    most,
  }
}

const packetsOf = (rows: readonly PictureRow[], rules: readonly number[]): number =>
  rows.reduce((sum, { first, last, packets }) => (first !== null && last !== null && rules.some((rule) => rule >= first && rule <= last) ? sum + (packets ?? 0) : sum), 0)
