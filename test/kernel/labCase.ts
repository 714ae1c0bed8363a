import type { Family } from '../../src/net/address.ts'
import type { TableName } from '../../src/netfilter/table.ts'
import type { Backend, LabConnection } from './labRun.ts'
import type { LabMode } from './program.ts'

/** A rule as iptables-restore takes it, without `-A CHAIN`. */
export interface LabRule {
  readonly table: TableName
  readonly chain: string
  readonly spec: string
}

/** One rule set and the connections made under it. */
export interface LabCase {
  readonly kind: 'made' | 'mutant' | 'random'
  readonly mode: LabMode
  readonly backend: Backend
  readonly family: Family
  readonly rules: readonly LabRule[]
  /** Built-in chains with policy DROP: "filter INPUT". */
  readonly dropping: readonly string[]
  /** Settings changed from what they are by default. */
  readonly sysctls: readonly string[]
  readonly connections: readonly LabConnection[]
}
