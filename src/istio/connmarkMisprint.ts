import { parseSaveLine } from '../../grammar/parse.ts'
import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import type { Chain, Rule, Ruleset, Table } from '../netfilter/ruleset.ts'
import { printRule } from '../ruleset/print.ts'
import { readRule } from '../ruleset/readRule.ts'

/** What a revision-2 CONNMARK rule looks like when a binary of another revision prints it (xt_connmark_tginfo1, _tginfo2). */
const MISPRINT = /(-m (mark|connmark) --mark (0x[0-9a-f]+)) -j CONNMARK --set-xmark 0x0\/0xffffffff$/

const CLEARS = /-j CONNMARK --set-xmark 0x0\/0xffffffff$/

/** istio-iptables (1.9 and later, TPROXY) saves the mark in PREROUTING and restores it in OUTPUT. */
const MEANT = { PREROUTING: { match: 'mark', mode: '--save-mark' }, OUTPUT: { match: 'connmark', mode: '--restore-mark' } } as const

/**
 * Repairs `CONNMARK and 0x0` where it stands in the place, and with the mark, of Istio's save-mark and restore-mark rules
 * beside a TPROXY rule of that mark. Taken literally such a rule would clear the connection's mark, which no mesh does.
 */
export function repairConnmark(ruleset: Ruleset): Read<Ruleset> {
  const diagnostics: Diagnostic[] = []
  const tables = ruleset.tables.map((table) => (table.name === 'mangle' ? repairTable(table, ruleset, diagnostics) : table))
  return { value: { ...ruleset, tables }, diagnostics }
}

function repairTable(table: Table, ruleset: Ruleset, diagnostics: Diagnostic[]): Table {
  const marks = new Set(table.chains.flatMap((chain) => chain.rules.filter((rule) => sets(rule, 'TPROXY')).flatMap((rule) => /--tproxy-mark (0x[0-9a-f]+)/.exec(printRule(rule))?.[1] ?? [])))
  return { ...table, chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => (sets(rule, 'CONNMARK') ? repairRule(rule, chain, ruleset, marks, diagnostics) : rule)) })) }
}

const sets = ({ target }: Rule, name: string): boolean => target?.kind === 'extension' && target.name === name

function repairRule(rule: Rule, chain: Chain, ruleset: Ruleset, marks: ReadonlySet<string>, diagnostics: Diagnostic[]): Rule {
  const text = printRule(rule)
  const found = MISPRINT.exec(text)
  const meant = chain.name === 'PREROUTING' || chain.name === 'OUTPUT' ? MEANT[chain.name] : null
  if (!found || !meant || found[2] !== meant.match || !marks.has(found[3] ?? '')) return literal(rule, text, diagnostics)
  const repaired = text.replace(MISPRINT, `$1 -j CONNMARK ${meant.mode}`)
  const line = parseSaveLine(repaired)
  if (line.kind !== 'command') return rule
  diagnostics.push({
    code: 'connmark-misprint',
    severity: 'warning',
    message: `"CONNMARK and 0x0" is how an iptables binary of another revision prints this rule; read as CONNMARK ${meant.mode}, as istio-iptables writes it here (--assume connmark-misprint=literal keeps the text's word)`,
    span: rule.span ?? null,
    candidates: candidates(text),
  })
  return { ...rule, ...readRule(line.options, ruleset.family).rule }
}

/** Where nothing else tells what was meant, the text's word counts, and that it may be another is said. */
function literal(rule: Rule, text: string, diagnostics: Diagnostic[]): Rule {
  if (!CLEARS.test(text) || rule.because) return rule
  diagnostics.push({
    code: 'connmark-unclear', severity: 'info', span: rule.span ?? null, candidates: candidates(text),
    message: 'binaries of iptables that know another revision of CONNMARK print save-mark and restore-mark rules like this; it is read as the text says',
  })
  return rule
}

const candidates = (text: string): string[] => ['--set-xmark 0x0/0xffffffff', '--save-mark', '--restore-mark'].map((mode) => text.replace(CLEARS, `-j CONNMARK ${mode}`))
