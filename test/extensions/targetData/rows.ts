import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ListingOptions } from '../../../src/ruleset/printListing.ts'
import { printColumnHeading } from '../../../src/ruleset/printListing.ts'
import { RulesReader } from '../../../src/ruleset/rulesReader.ts'
import type { Family } from '../../../src/net/address.ts'
import type { Rule } from '../../../src/netfilter/ruleset.ts'
import type { TableName } from '../../../src/netfilter/table.ts'

export type Form = 'list' | 'list_n' | 'list_v' | 'list_nv' | 'list_vx_num'

/** One rule in every form 1.8.9 prints it in. */
export interface Row extends Readonly<Record<Form, string>> {
  readonly id: string
  readonly family: Family
  readonly backend: 'legacy' | 'nft'
  readonly table: TableName
  readonly chain: string
  readonly save: string
}

/** A whole state: the same tables as iptables-save and as listings. */
export interface Whole {
  readonly name: string
  readonly backend: 'legacy' | 'nft'
  readonly meta: { readonly family: Family; readonly tables: readonly TableName[] }
  readonly files: Readonly<Record<string, string>>
}

export const FORMS: Readonly<Record<Form, Omit<ListingOptions, 'backend'>>> = {
  list: { style: 'names', detail: 'plain', counters: 'rounded', lines: 'unnumbered' },
  list_n: { style: 'numbers', detail: 'plain', counters: 'rounded', lines: 'unnumbered' },
  list_v: { style: 'names', detail: 'verbose', counters: 'rounded', lines: 'unnumbered' },
  list_nv: { style: 'numbers', detail: 'verbose', counters: 'rounded', lines: 'unnumbered' },
  list_vx_num: { style: 'names', detail: 'verbose', counters: 'exact', lines: 'numbered' },
}

export const FORM_NAMES = ['list', 'list_n', 'list_v', 'list_nv', 'list_vx_num'] as const

function lines<T>(file: string): readonly T[] {
  const text = gunzipSync(readFileSync(new URL(file, import.meta.url))).toString()
  return text.trim().split('\n').map((line): T => JSON.parse(line))
}

export const rows = (): readonly Row[] => [...lines<Row>('rows.jsonl.gz'), ...lines<Row>('random.jsonl.gz')]
export const wholes = (): readonly Whole[] => lines<Whole>('whole.jsonl.gz')

/** The rules read from these lines, printed for this table. */
function rulesOf(text: string, row: Pick<Row, 'family' | 'table'>): readonly Rule[] {
  const reader = new RulesReader()
  reader.printed({ family: row.family, table: row.table })
  text.split('\n').forEach((line, i) => reader.read({ file: 'row', line: i + 1, text: line }))
  reader.close()
  return reader.dumps.flatMap(({ table }) => table.chains.flatMap((chain) => chain.rules))
}

export const savedRule = (row: Row): Rule | null => rulesOf(`*${row.table}\n:${row.chain} - [0:0]\n${row.save}`, row)[0] ?? null

export const listedRule = (row: Row, form: Form): Rule | null =>
  rulesOf(`Chain ${row.chain} (1 references)\n${printColumnHeading({ ...FORMS[form], backend: row.backend })}\n${row[form]}`, row)[0] ?? null
