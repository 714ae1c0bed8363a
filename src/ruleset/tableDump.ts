import type { Family } from '../net/address.ts'
import type { Table } from '../netfilter/ruleset.ts'
import type { TableOrigin } from './tableBuilder.ts'

/** One table as one piece of text shows it. */
export interface TableDump {
  readonly family: Family
  readonly table: Table
  readonly origin: TableOrigin
  /** Why part of the table seems to be missing from the text; null when it is whole as far as can be told. */
  readonly cut: string | null
  /** Which of iptables' two programs printed it, where the text tells. */
  readonly backend: 'legacy' | 'nft' | null
}
