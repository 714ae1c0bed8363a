import type { Family } from '../net/address.ts'
import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'
import type { Ruleset, Table } from '../netfilter/ruleset.ts'
import type { Span } from '../netfilter/span.ts'
import { TABLES } from '../netfilter/table.ts'
import type { TableDump } from '../ruleset/tableDump.ts'
import type { RuleState } from './ruleState.ts'

/** Groups tables, given in order of appearance, into states: a table that is seen again with other rules begins a new one. */
export function splitStates(all: readonly TableDump[]): Read<readonly RuleState[]> {
  const diagnostics: Diagnostic[] = []
  const kept = withoutEmptyBackend(withoutSuperseded(all, diagnostics), diagnostics)
  const states = segments(kept).map((dumps): RuleState => {
    const distinct = withoutDuplicates(dumps, diagnostics)
    return { dumps: distinct, rulesets: rulesetsOf(distinct) }
  })
  if (states.length > 1) diagnostics.push(severalStates(states))
  return { value: states, diagnostics }
}

const sameTable = (x: TableDump, y: TableDump): boolean => x.family === y.family && x.table.name === y.table.name

/** What a table does, whatever its text and counters and the order of its chains. */
function meaning({ table }: TableDump): string {
  const chains = table.chains.filter((chain) => chain.policy !== 'ACCEPT' || chain.rules.length > 0)
  return JSON.stringify(chains.map((chain) => [chain.name, chain.policy, ...chain.rules.map((rule) => [rule.ip, rule.matches, rule.target])]).sort(byName))
}

const byName = ([x]: readonly unknown[], [y]: readonly unknown[]): number => (String(x) < String(y) ? -1 : 1)

const isEmpty = (table: Table): boolean => table.chains.every((chain) => chain.policy === 'ACCEPT' && chain.rules.length === 0)

/** Commands that a later dump of the same table already shows the effect of. */
function withoutSuperseded(all: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  return all.filter((dump, i) => {
    const later = dump.origin.form === 'commands' ? all.slice(i + 1).find((each) => each.origin.form !== 'commands' && sameTable(each, dump)) : undefined
    if (later) diagnostics.push({ code: 'commands-in-dump', severity: 'info', message: `these commands are not used: ${lines(later)} shows what they made of ${title(dump)}`, span: spanOf(dump) })
    return !later
  })
}

/** Both backends' tables exist side by side in the kernel; one without any rule changes nothing. */
function withoutEmptyBackend(all: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  const others = (dump: TableDump): TableDump[] => all.filter((each) => sameTable(each, dump) && each.backend !== null && dump.backend !== null && each.backend !== dump.backend)
  const kept = all.filter((dump) => !(isEmpty(dump.table) && others(dump).some((each) => !isEmpty(each.table))))
  const second = kept.find((dump) => dump.backend === 'legacy' && !isEmpty(dump.table) && others(dump).some((each) => !isEmpty(each.table)))
  if (second) diagnostics.push({ code: 'two-backends', severity: 'warning', message: `${title(second)} has rules in both iptables-legacy and iptables-nft; the kernel runs both, here they are separate states`, span: spanOf(second) })
  return kept
}

/** Runs of tables without contradiction. */
function segments(all: readonly TableDump[]): TableDump[][] {
  const known = new Map<TableDump, string>()
  const text = (dump: TableDump): string => {
    const found = known.get(dump) ?? meaning(dump)
    known.set(dump, found)
    return found
  }
  const found: TableDump[][] = []
  let current: TableDump[] = []
  for (const dump of all) {
    const at = current.findLastIndex((each) => sameTable(each, dump) && text(each) !== text(dump))
    if (at >= 0) {
      const cut = widestGap([...current, dump], at + 1)
      found.push(current.slice(0, cut))
      current = current.slice(cut)
    }
    current.push(dump)
  }
  return current.length > 0 ? [...found, current] : found
}

/** Where, from `first` on, the text leaves most lines between two tables; the last such place. */
function widestGap(dumps: readonly TableDump[], first: number): number {
  let best = dumps.length - 1
  for (let at = dumps.length - 2; at >= first; at -= 1) if (gapBefore(dumps, at) > gapBefore(dumps, best)) best = at
  return best
}

function gapBefore(dumps: readonly TableDump[], at: number): number {
  const [before, after] = [dumps[at - 1]?.origin, dumps[at]?.origin]
  if (!before || !after) return 0
  return before.file === after.file ? after.firstLine - before.lastLine : Infinity
}

function withoutDuplicates(dumps: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  return dumps.filter((dump) => {
    const kept = fullest(dumps.filter((each) => sameTable(each, dump)), dump)
    if (kept !== dump) diagnostics.push({ code: 'duplicate-table', severity: 'info', message: `${title(dump)} is the same as in ${lines(kept)}`, span: spanOf(dump) })
    return kept === dump
  })
}

/** The dump that shows most chains (restore input leaves empty ones out), or else the first. */
const fullest = (same: readonly TableDump[], one: TableDump): TableDump => same.reduce((best, each) => (each.table.chains.length > best.table.chains.length ? each : best), same[0] ?? one)

function rulesetsOf(dumps: readonly TableDump[]): Ruleset[] {
  const families: readonly Family[] = [4, 6]
  return families.flatMap((family): Ruleset[] => {
    const own = dumps.filter((dump) => dump.family === family).map((dump) => dump.table)
    const tables = TABLES.flatMap((name) => own.filter((table) => table.name === name))
    return tables.length > 0 ? [{ family, tables }] : []
  })
}

function severalStates(states: readonly RuleState[]): Diagnostic {
  const list = states.map(({ dumps }, i) => `${i + 1}: ${dumps.map((dump) => `${title(dump)} (${lines(dump)})`).join(', ')}`)
  const span = states[1]?.dumps[0]
  return { code: 'several-states', severity: 'info', message: `the text shows ${states.length} states of the rules: ${list.join('; ')}`, span: span ? spanOf(span) : null }
}

const title = ({ family, table }: TableDump): string => `${family === 6 ? 'IPv6 ' : ''}${table.name}`

const lines = ({ origin }: TableDump): string => `${origin.file}:${origin.firstLine}-${origin.lastLine}`

const spanOf = ({ origin }: TableDump): Span => ({ file: origin.file, line: origin.firstLine, column: 1, length: 1 })
