import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { RulesReader } from '../../src/ruleset/rulesReader.ts'
import type { Diagnostic } from '../../src/netfilter/diagnostic.ts'
import type { Rule } from '../../src/netfilter/ruleset.ts'

export type Form = 'list' | 'list_n' | 'list_v' | 'list_nv' | 'list_vx_num'

export const FORMS: readonly Form[] = ['list', 'list_n', 'list_v', 'list_nv', 'list_vx_num']

/** One rule as iptables-save printed it, and as each listing did. */
export type Row = { readonly file: string; readonly id: string; readonly family: 4 | 6; readonly backend: 'legacy' | 'nft'; readonly version?: string; readonly chain: string; readonly save: string } & Readonly<Partial<Record<Form, string>>>

/**
 * data/matchRows.jsonl.gz: rules with at least one `-m`, added to real kernels and printed by real binaries: iptables 1.8.9 for
 * `corpus` (the cases of upstream's extensions/*.t), `combos`, `probes` and `own`; other versions for `versions`.
 */
export function readRows(): readonly Row[] {
  const text = gunzipSync(readFileSync(new URL('data/matchRows.jsonl.gz', import.meta.url))).toString()
  return text.trimEnd().split('\n').map((line): Row => JSON.parse(line))
}

const HEADS: Readonly<Record<Form, string>> = {
  list: 'target     prot opt source               destination         ',
  list_n: 'target     prot opt source               destination         ',
  list_v: ' pkts bytes target     prot opt in     out     source               destination         ',
  list_nv: ' pkts bytes target     prot opt in     out     source               destination         ',
  list_vx_num: 'num      pkts      bytes target     prot opt in     out     source               destination         ',
}

interface Noted {
  readonly rule: Rule | null
  readonly diagnostics: readonly Diagnostic[]
}

/** The one rule of a text, and what was said of it. */
function readOne(lines: readonly string[], family: 4 | 6): Noted {
  const reader = new RulesReader()
  reader.printed({ family, table: 'mangle' })
  lines.forEach((text, i) => reader.read({ file: 'row', line: i + 1, text }))
  reader.close()
  const rules = reader.dumps.flatMap(({ table }) => table.chains).flatMap((chain) => chain.rules)
  return { rule: rules.length === 1 ? (rules[0] ?? null) : null, diagnostics: reader.diagnostics }
}

export const readSave = (row: Row): Rule | null => readOne(['*mangle', row.save], row.family).rule

export const readForm = (row: Row, form: Form): Rule | null => readNoted(row, form).rule

export function readNoted(row: Row, form: Form): Noted {
  const chain = form === 'list' || form === 'list_n' ? `Chain ${row.chain} (policy ACCEPT)` : `Chain ${row.chain} (policy ACCEPT 0 packets, 0 bytes)`
  return readOne([chain, HEADS[form], row[form] ?? ''], row.family)
}
