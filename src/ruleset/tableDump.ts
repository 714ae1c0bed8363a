import type { Family } from '../net/address.ts'
import type { Table } from '../netfilter/ruleset.ts'
import type { TableOrigin } from './tableBuilder.ts'

/** One table as one piece of text shows it. */
export interface TableDump {
  readonly family: Family
  readonly table: Table
  readonly origin: TableOrigin
  /** Which of iptables' two programs printed it, where the text tells. */
  readonly backend: 'legacy' | 'nft' | null
}
