import type { Family } from '../../net/address.ts'
import type { Hook } from '../../netfilter/hook.ts'
import type { TableName } from '../../netfilter/table.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Box extends Point {
  readonly width: number
  readonly height: number
}

/** A line in a chain's box. */
export interface PictureRow {
  /** folded: rules that are not drawn; note: words about the box. */
  readonly kind: 'rule' | 'policy' | 'folded' | 'note'
  /** The first and the last rule it stands for, from 1; null where it stands for none. */
  readonly first: number | null
  readonly last: number | null
  /** What the rule asks, in short. */
  readonly asks: string
  readonly target: string
  /** The chain it jumps or goes to, by id; null where it does not. */
  readonly to: string | null
  /** The packets the dump counted; null where it says nothing. */
  readonly packets: number | null
  /** The whole rule as iptables-save prints it. */
  readonly text: string
  /** Where the middle of the line is. */
  readonly y: number
}

/** Where the words of a box's rows begin; numbers and counts end there. */
export interface PictureColumns {
  readonly number: number
  readonly asks: number
  readonly target: number
  /** null: the dump counted nothing. */
  readonly packets: number | null
}

/** A chain, drawn as a box with its rules. */
export interface PictureNode extends Box {
  readonly id: string
  /** folded: chains that are not drawn; absent: a name that is jumped to and is no chain of the dump. */
  readonly kind: 'chain' | 'folded' | 'absent'
  readonly family: Family
  readonly table: TableName
  readonly chain: string
  /** null: a user-defined chain. */
  readonly hook: Hook | null
  readonly title: string
  /** Whether a hook runs it, or a chain that leads to it. */
  readonly reached: boolean
  readonly policy: 'ACCEPT' | 'DROP' | null
  readonly rows: readonly PictureRow[]
  readonly columns: PictureColumns
}

/** Where an edge leaves a box: at a line of it, which stands for these rules. */
export interface PictureStart extends Point {
  readonly first: number
  readonly last: number
}

/** A jump or goto from one box to another. */
export interface PictureEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly kind: 'jump' | 'goto'
  /** Numbers of the rules that make it, from 1. */
  readonly rules: readonly number[]
  /** Where it leaves its first box, once for each line of it that jumps. */
  readonly starts: readonly PictureStart[]
  /** From the first start, level to where boxes beside it end, to the box it leads to. */
  readonly points: readonly Point[]
}

/** What stands together. */
export interface PictureCluster extends Box {
  readonly kind: 'family' | 'hook' | 'apart'
  readonly family: Family
  readonly hook: Hook | null
  readonly title: string
}

/** How a packet gets from hook to hook. */
export interface PictureFlow {
  readonly family: Family
  readonly title: string
  readonly points: readonly Point[]
}

/** A rule set's chain graph, laid out: plain data. */
export interface ChainPicture {
  readonly width: number
  readonly height: number
  readonly nodes: readonly PictureNode[]
  readonly edges: readonly PictureEdge[]
  readonly clusters: readonly PictureCluster[]
  readonly flows: readonly PictureFlow[]
  /** What the picture does not show. */
  readonly notes: readonly string[]
}
