import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Chain, Rule, Table } from '../netfilter/ruleset.ts'
import type { Span } from '../netfilter/span.ts'
import type { TableDump } from '../ruleset/tableDump.ts'

/** Columns of the input for the lines that cleaning made shorter or longer. */
export class ColumnMap {
  private readonly lines = new Map<string, readonly number[]>()

  set(file: string, line: number, columns: readonly number[]): void {
    if (columns.some((column, i) => column !== i + 1)) this.lines.set(`${line} ${file}`, columns)
  }

  /** The span in the input as it was given. */
  original(span: Span): Span {
    const columns = this.lines.get(`${span.line} ${span.file}`)
    if (!columns) return span
    const column = columnAt(columns, span.column)
    return { ...span, column, length: Math.max(1, columnAt(columns, span.column + span.length) - column) }
  }

  diagnostic(diagnostic: Diagnostic): Diagnostic {
    return diagnostic.span ? { ...diagnostic, span: this.original(diagnostic.span) } : diagnostic
  }

  dump(dump: TableDump): TableDump {
    return this.lines.size === 0 ? dump : { ...dump, table: this.table(dump.table) }
  }

  private table(table: Table): Table {
    return { ...table, chains: table.chains.map((chain) => this.placed({ ...chain, rules: chain.rules.map((rule) => this.placed(rule)) })) }
  }

  private placed<T extends Rule | Chain>(part: T): T {
    return part.span ? { ...part, span: this.original(part.span) } : part
  }
}

const columnAt = (columns: readonly number[], column: number): number => columns[Math.min(column, columns.length) - 1] ?? column
