import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import type { Ruleset } from '../netfilter/ruleset.ts'
import { isTableName, TABLES } from '../netfilter/table.ts'
import { printSave } from './print.ts'
import { RulesReader } from './rulesReader.ts'

/** An iptables command, and the family and table it is for. */
interface Edit {
  readonly family: 4 | 6
  readonly table: string
  /** What is left: "-D ISTIO_OUTPUT 3". */
  readonly command: string
  readonly text: string
}

/** "iptables -t nat -D OUTPUT 2", with or without its program; filter where no table is named. */
function readEdit(text: string): Edit | null {
  const [, program = 'iptables', rest = ''] = /^\s*(?:(ip6?tables)(?:-nft|-legacy)?\s+)?(.*\S)\s*$/.exec(text) ?? []
  const table = /(?:^|\s)(?:-t\s*|--table[= ])(\S+)/.exec(rest)
  const command = table ? rest.replace(table[0], ' ').trim() : rest
  if (table && !isTableName(table[1] ?? '')) return null
  return /^(?:-[ADIRPNFX]|--(?:append|delete|insert|replace|policy|new-chain|flush|delete-chain))\b/.test(command) ? { family: program === 'ip6tables' ? 6 : 4, table: table?.[1] ?? 'filter', command, text } : null
}

/** A rule set after iptables commands; one that cannot be carried out is told. */
export function editRuleset(ruleset: Ruleset, texts: readonly string[]): Read<Ruleset> {
  const edits = texts.flatMap((text) => readEdit(text) ?? [])
  const wrong = texts.filter((text) => !readEdit(text)).map((text): Diagnostic => ({ code: 'edit', severity: 'error', message: `${JSON.stringify(text)} is no iptables command that changes rules of a table (-A -D -I -R -P -N -F -X)`, span: null }))
  const own = edits.filter(({ family }) => family === ruleset.family)
  if (own.length === 0) return { value: ruleset, diagnostics: wrong }
  const tables = TABLES.filter((name) => ruleset.tables.some((each) => each.name === name) || own.some(({ table }) => table === name))
  const reader = new RulesReader()
  reader.printed({ family: ruleset.family, table: null })
  const lines = tables.flatMap((name) => [...tableLines(ruleset, name), ...own.filter(({ table }) => table === name).map(({ command }) => command), 'COMMIT'])
  lines.forEach((text, i) => { reader.read({ file: '--edit', line: i + 1, text }) })
  reader.close()
  const failed = reader.diagnostics.filter(({ severity }) => severity !== 'info').map((each): Diagnostic => ({ ...each, severity: 'error', message: `the edit cannot be made: ${each.message}`, span: null }))
  return { value: { family: ruleset.family, tables: reader.dumps.map(({ table }) => table) }, diagnostics: [...wrong, ...failed] }
}

/** A table as iptables-save prints it, without its end. */
function tableLines(ruleset: Ruleset, name: string): readonly string[] {
  const table = ruleset.tables.find((each) => each.name === name)
  if (!table) return [`*${name}`]
  return printSave({ ...ruleset, tables: [table] }, 'plain').split('\n').filter((line) => line !== '' && line !== 'COMMIT' && !line.startsWith('#'))
}
