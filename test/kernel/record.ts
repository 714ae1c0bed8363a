import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabCase } from './labCase.ts'
import type { LabRun } from './labRun.ts'
import type { LabMode } from './program.ts'
import { Lab } from './lab.ts'
import { runCase } from './runCase.ts'

/** A case as the kernel had it: what `npm test` holds the walk against wherever it runs. */
export interface LabRecord {
  readonly labCase: LabCase
  /** Which of `facts`. */
  readonly facts: number
  /** What iptables-save printed. */
  readonly rules: string
  /** Seconds since 1970. */
  readonly at: number
  readonly runs: readonly LabRun[]
}

export interface LabRecords {
  /** What the transcripts show besides rules. */
  readonly facts: readonly string[]
  readonly cases: readonly LabRecord[]
}

const FILE = join(import.meta.dirname, '../world/data/laboratory-cases.json')
const FACTS = '$ ip addr'

/** Runs the cases of a file, one JSON object a line as a disagreement shows it (`replay:`), and keeps what the kernel did. */
async function main(file: string): Promise<void> {
  const cases = readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line): LabCase => JSON.parse(line))
  const facts: string[] = []
  const records: LabRecord[] = []
  for (const mode of new Set(cases.map((each) => each.mode))) for (const backend of ['nft', 'legacy'] as const) await recordAll(mode, cases.filter((each) => each.mode === mode && each.backend === backend), facts, records)
  writeFileSync(FILE, `{"facts":${JSON.stringify(facts)},\n"cases":[\n${records.map((each) => JSON.stringify(each)).join(',\n')}\n]}\n`)
  console.log(`${records.length} of ${cases.length} cases recorded`)
}

async function recordAll(mode: LabMode, cases: readonly LabCase[], facts: string[], records: LabRecord[]): Promise<void> {
  if (cases.length === 0) return
  const lab = await Lab.create(`cwlab-${process.pid}-0`, mode)
  for (const labCase of cases) {
    const { attempts, refused, transcript } = await runCase(lab, labCase, 'all')
    const differing = attempts.find(({ comparison }) => comparison.differences.length > 0)
    if (refused !== null || differing) {
      console.log(`not recorded: ${refused ?? differing?.comparison.differences.join('; ') ?? ''}\n${JSON.stringify(labCase)}`)
      continue
    }
    const at = transcript.indexOf(FACTS)
    const own = transcript.slice(at)
    if (!facts.includes(own)) facts.push(own)
    records.push({ labCase, facts: facts.indexOf(own), rules: transcript.slice(0, at), at: Math.floor(Date.now() / 1000), runs: attempts.map(({ run }) => run) })
  }
  lab.close()
}

await main(process.argv[3] ?? '/dev/stdin')
process.exit()
