import { writeFileSync } from 'node:fs'
import { BUILTIN_CHAINS, TABLES } from '../../src/netfilter/table.ts'
import type { AttemptReport } from './attemptReport.ts'
import { compareRun } from './compareRun.ts'
import type { LabCase } from './labCase.ts'
import { familyOf } from './labRun.ts'
import type { Backend, LabConnection } from './labRun.ts'
import type { Lab } from './lab.ts'
import { restoreText } from './restoreText.ts'
import { ruleHandles } from './ruleHandles.ts'
import type { RuleHandles } from './ruleHandles.ts'
import { run } from './run.ts'
import { connectionOf, walk, walkedCase } from './walkCase.ts'

export interface CaseReport {
  /** Why the kernel did not take the rules; null if it did. */
  readonly refused: string | null
  readonly attempts: readonly AttemptReport[]
  readonly transcript: string
  readonly diagnostics: readonly string[]
}

const restorer = (family: 4 | 6, backend: Backend): string => `${family === 4 ? 'iptables' : 'ip6tables'}-${backend}-restore`

const EMPTY = TABLES.map((table) => [`*${table}`, ...BUILTIN_CHAINS[table].map((chain) => `:${chain} ACCEPT [0:0]`), 'COMMIT\n'].join('\n')).join('')

/** Families whose legacy tables were made in a laboratory: nothing asks for others, for asking makes them. */
const legacyUsed = new WeakMap<Lab, Set<4 | 6>>()

/** Leaves no rules behind, of either backend. */
async function clearRules(lab: Lab): Promise<void> {
  const { inside } = lab.namespaces
  await run(inside, ['nft', 'flush', 'ruleset'])
  for (const family of legacyUsed.get(lab) ?? []) await run(inside, [restorer(family, 'legacy')], EMPTY)
}

const NOT_COMPARED = { packets: 0, differences: [] }

/** Rules that remember (limit, recent, quota, nth) are loaded anew for each connection. */
const REMEMBERS = /-m (limit|hashlimit|recent|quota|connlimit|statistic --mode nth|connbytes|rateest)/

/** The rules as loaded, or why they were not. */
type Loaded = { readonly handles: RuleHandles | null } | { readonly refused: string }

async function load(lab: Lab, labCase: LabCase): Promise<Loaded> {
  await clearRules(lab)
  if (labCase.backend === 'legacy') legacyUsed.set(lab, (legacyUsed.get(lab) ?? new Set()).add(labCase.family))
  const { ok, problem } = await run(lab.namespaces.inside, [restorer(labCase.family, labCase.backend)], restoreText(labCase))
  if (!ok) return { refused: problem }
  return { handles: labCase.backend === 'nft' ? await ruleHandles(lab.namespaces.inside) : null }
}

/** A walk that does not end leaves behind what it walked (CHAINWALK_LAB_LAST: a file). */
function watched(labCase: LabCase, connection: LabConnection): void {
  const file = process.env['CHAINWALK_LAB_LAST']
  if (file !== undefined) writeFileSync(file, JSON.stringify({ ...labCase, connections: [connection] }))
}

/** Loads the rules, makes the connections and compares; ends at the first difference if that is all that is asked. */
export async function runCase(lab: Lab, labCase: LabCase, until: 'all' | 'first'): Promise<CaseReport> {
  await lab.configure(labCase.sysctls)
  let loaded = await load(lab, labCase)
  const nothing = { attempts: [], transcript: '', diagnostics: [] }
  if ('refused' in loaded) return { ...nothing, refused: loaded.refused }
  const transcript = await lab.collect()
  const walked = walkedCase(transcript, labCase.mode)
  if (!walked) return { ...nothing, refused: null, transcript, diagnostics: ['the transcript shows no rules'] }
  const attempts: AttemptReport[] = []
  const remembers = labCase.rules.some(({ spec }) => REMEMBERS.test(spec))
  for (const connection of labCase.connections) {
    if (remembers && attempts.length > 0) loaded = await load(lab, labCase)
    const handles = 'refused' in loaded || familyOf(connection.to) !== labCase.family ? null : loaded.handles
    const done = await lab.attempt(connection, handles)
    watched(labCase, connection)
    const answer = walk(walked, connectionOf(connection, done, Date.now() / 1000))
    const outcomes = 'broken' in answer ? [] : answer.outcomes
    const found = done.endless ? NOT_COMPARED : 'broken' in answer ? { packets: 0, differences: [answer.broken] } : compareRun({ state: walked.state, family: familyOf(connection.to), run: done }, outcomes)
    // More ways than are followed: what the kernel did may be one of the others.
    const comparison = 'complete' in answer && !answer.complete && found.differences.length > 0 ? NOT_COMPARED : found
    attempts.push({ connection, run: done, comparison, outcomes })
    if (until === 'first' && comparison.differences.length > 0) break
  }
  return { refused: null, attempts, transcript, diagnostics: walked.diagnostics }
}
