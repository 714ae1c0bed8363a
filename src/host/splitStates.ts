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

const keyOf = ({ family, table }: TableDump): string => `${family} ${table.name}`

/** What a table does, whatever its text and counters and the order of its chains. */
function meaning({ table }: TableDump): string {
  const chains = table.chains.filter((chain) => chain.policy !== 'ACCEPT' || chain.rules.length > 0)
  return JSON.stringify(chains.map((chain) => [chain.name, chain.policy, ...chain.rules.map((rule) => [rule.ip, rule.matches, rule.target])]).sort(byName))
}

const byName = ([x]: readonly unknown[], [y]: readonly unknown[]): number => (String(x) < String(y) ? -1 : 1)

const isEmpty = (table: Table): boolean => table.chains.every((chain) => chain.policy === 'ACCEPT' && chain.rules.length === 0)

/** Commands that a later dump of the same table already shows the effect of. */
function withoutSuperseded(all: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  const shown = new Map<string, TableDump>()
  // From the end, so that the map holds the next dump behind each.
  const later = [...all].reverse().map((dump) => {
    const next = shown.get(keyOf(dump))
    if (dump.origin.form !== 'commands') shown.set(keyOf(dump), dump)
    return dump.origin.form === 'commands' ? next : undefined
  }).reverse()
  return all.filter((dump, i) => {
    const shows = later[i]
    if (shows) diagnostics.push({ code: 'commands-in-dump', severity: 'info', message: `these commands are not used: ${lines(shows)} shows what they made of ${title(dump)}`, span: spanOf(dump) })
    return !shows
  })
}

/** Both backends' tables exist side by side in the kernel; one without any rule changes nothing. */
function withoutEmptyBackend(all: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  const used = new Set(all.filter(({ table }) => !isEmpty(table)).map((dump) => `${dump.backend} ${keyOf(dump)}`))
  const usedByOther = (dump: TableDump): boolean => dump.backend !== null && used.has(`${dump.backend === 'nft' ? 'legacy' : 'nft'} ${keyOf(dump)}`)
  const kept = all.filter((dump) => !(isEmpty(dump.table) && usedByOther(dump)))
  const second = kept.find((dump) => dump.backend === 'legacy' && !isEmpty(dump.table) && usedByOther(dump))
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
  // Where each table stands last in the current run; in a run, all dumps of one table say the same.
  const last = new Map<string, number>()
  for (const dump of all) {
    const at = last.get(keyOf(dump)) ?? -1
    const before = current[at]
    if (before && text(before) !== text(dump)) {
      const cut = widestGap([...current, dump], at + 1)
      found.push(current.slice(0, cut))
      current = current.slice(cut)
      last.clear()
      current.forEach((each, i) => last.set(keyOf(each), i))
    }
    last.set(keyOf(dump), current.length)
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

/** Of each table the dump that shows most chains (restore input leaves empty ones out), or else the first. */
function withoutDuplicates(dumps: readonly TableDump[], diagnostics: Diagnostic[]): TableDump[] {
  const fullest = new Map<string, TableDump>()
  for (const dump of dumps) {
    const best = fullest.get(keyOf(dump))
    if (!best || dump.table.chains.length > best.table.chains.length) fullest.set(keyOf(dump), dump)
  }
  return dumps.filter((dump) => {
    const kept = fullest.get(keyOf(dump)) ?? dump
    if (kept !== dump) diagnostics.push({ code: 'duplicate-table', severity: 'info', message: `${title(dump)} is the same as in ${lines(kept)}`, span: spanOf(dump) })
    return kept === dump
  })
}

function rulesetsOf(dumps: readonly TableDump[]): Ruleset[] {
  const families: readonly Family[] = [4, 6]
  return families.flatMap((family): Ruleset[] => {
    const own = dumps.filter((dump) => dump.family === family).map((dump) => dump.table)
    const tables = TABLES.flatMap((name) => own.filter((table) => table.name === name))
    return tables.length > 0 ? [{ family, tables }] : []
  })
}

const MOST_LISTED = 20

function severalStates(states: readonly RuleState[]): Diagnostic {
  const list = states.slice(0, MOST_LISTED).map(({ dumps }, i) => `${i + 1}: ${dumps.map((dump) => `${title(dump)} (${lines(dump)})`).join(', ')}`)
  if (states.length > MOST_LISTED) list.push('…')
  const span = states[1]?.dumps[0]
  return { code: 'several-states', severity: 'info', message: `the text shows ${states.length} states of the rules: ${list.join('; ')}`, span: span ? spanOf(span) : null }
}

const title = ({ family, table }: TableDump): string => `${family === 6 ? 'IPv6 ' : ''}${table.name}`

const lines = ({ origin }: TableDump): string => `${origin.file}:${origin.firstLine}-${origin.lastLine}`

const spanOf = ({ origin }: TableDump): Span => ({ file: origin.file, line: origin.firstLine, column: 1, length: 1 })
