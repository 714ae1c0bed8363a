import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import { TABLES } from '../netfilter/table.ts'
import type { TableName } from '../netfilter/table.ts'
import { cutReason } from './cutReason.ts'
import { possibleTables, tellsNoTable } from './inferTable.ts'
import { listingLosses } from './listingLosses.ts'
import type { TableBuilder } from './tableBuilder.ts'
import type { TableDump } from './tableDump.ts'

/** A table whose text is being read. */
export interface OpenTable {
  readonly builder: TableBuilder
  /** null: a listing whose table is still to be told from its chains. */
  readonly table: TableName | null
  readonly backend: TableDump['backend']
  /** A save's COMMIT was seen. */
  committed?: true
}

/** What was read of it, and what the text lacks; null where its chains are of no table. */
export function finishTable({ builder, table, backend, committed }: OpenTable): Read<TableDump | null> {
  const { value: name, diagnostics } = table ? { value: table, diagnostics: [] } : inferred(builder)
  if (!name) return { value: null, diagnostics }
  const { origin } = builder
  const cut = cutReason(builder, name, committed === true ? 'committed' : 'open')
  const missing: Diagnostic[] = cut === null ? [] : [{ code: 'cut-short', severity: 'warning', message: `table ${name}: ${cut}; rules may be missing`, span: { file: origin.file, line: origin.lastLine, column: 1, length: 1 } }]
  const read = builder.table(name)
  const lost = origin.form === 'listing' ? listingLosses(read, builder.family, builder.roundedHeading) : []
  return { value: { family: builder.family, table: read, origin, cut, backend }, diagnostics: [...diagnostics, ...missing, ...lost] }
}

function inferred(builder: TableBuilder): Read<TableName | null> {
  const [likely, ...others] = possibleTables(builder.chainNames(), builder.rules())
  const { file, firstLine } = builder.origin
  const span = { file, line: firstLine, column: 1, length: 1 }
  if (!likely) return { value: null, diagnostics: [{ code: 'unknown-table', severity: 'warning', message: `these chains fit none of the tables ${TABLES.join(', ')}; they are not used`, span }] }
  const doubt = others.length > 0 ? ` (${others.join(' or ')} would fit too)` : ''
  const guessed = others.length > 0 && tellsNoTable(builder.chainNames())
  return { value: likely, diagnostics: [{ code: 'assume-table', severity: guessed ? 'warning' : 'info', message: `the text does not name its table; its chains fit ${likely}${doubt}`, span }] }
}
