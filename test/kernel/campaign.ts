import fc from 'fast-check'
import { Coverage } from './coverage.ts'
import { labCase } from './generate/cases.ts'
import type { CaseFrame } from './generate/cases.ts'
import type { Disagreement } from './disagreement.ts'
import type { LabCase } from './labCase.ts'
import { disagreement, minimal } from './minimal.ts'
import { firstDisagreement } from './firstDisagreement.ts'
import { removeLeftOvers } from './leftOvers.ts'
import { PodLab } from './podLab.ts'
import { runCase } from './runCase.ts'

export interface CampaignPlan {
  readonly seed: number
  readonly seconds: number
  readonly labs: number
  readonly connections: number
  readonly onDisagreement: (found: Disagreement, seed: number) => void
  /** One that did not come again. */
  readonly onFlaky: (found: Disagreement, seed: number) => void
  readonly onSet: (coverage: Coverage) => void
}

const KINDS = ['mutant', 'random', 'istio', 'mutant', 'random'] as const

/** How long a disagreement is made smaller. */
const SHRINKING = { seconds: 24 }

/** The kinds of cases in turn: each laboratory keeps to its mode. */
function frame(mode: CaseFrame['mode'], turn: number): CaseFrame {
  const family = turn % 3 === 2 ? 6 : 4
  const backend = turn % 4 === 3 ? 'legacy' : 'nft'
  return { kind: KINDS[turn % KINDS.length] ?? 'random', mode, backend, family }
}

/** What fast-check carries out of a failed property. */
class Disagreed extends Error {
  readonly found: Disagreement

  constructor(found: Disagreement) {
    super('the kernel and the walk disagree')
    this.found = found
  }
}

async function compareOnce(lab: PodLab, made: LabCase, coverage: Coverage): Promise<void> {
  const report = await runCase(lab, made, 'all')
  coverage.add(made, report)
  const found = firstDisagreement(made, report.attempts)
  if (found) throw new Disagreed(found)
}

/** One rule set; when the two sides disagree and do so again, fast-check and then `minimal` make it smaller. */
async function oneSet(lab: PodLab, plan: CampaignPlan, seed: number, turn: number, coverage: Coverage): Promise<void> {
  let last: Disagreed | null = null
  const until = { shrinking: Infinity }
  const property = fc.asyncProperty(labCase(frame(lab.mode, turn), plan.connections), async (made) => {
    if (last && Date.now() > until.shrinking) return
    try {
      await compareOnce(lab, last ? { ...made, connections: last.found.labCase.connections } : made, last ? new Coverage() : coverage)
    } catch (problem) {
      if (!(problem instanceof Disagreed)) throw problem
      const again = await disagreement(lab, problem.found.labCase)
      if (!again) {
        if (!last) {
          coverage.flaky += 1
          plan.onFlaky(problem.found, seed)
        }
        return
      }
      if (!last) until.shrinking = Date.now() + SHRINKING.seconds * 500
      last = new Disagreed(again)
      throw last
    }
  })
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: 1 })
  if (!failed) return
  if (!(errorInstance instanceof Disagreed)) throw errorInstance
  coverage.disagreements += 1
  plan.onDisagreement(await minimal(lab, errorInstance.found, Date.now() + SHRINKING.seconds * 500), seed)
}

async function worker(lab: PodLab, index: number, plan: CampaignPlan, coverage: Coverage): Promise<void> {
  const until = Date.now() + plan.seconds * 1000
  for (let turn = index; Date.now() < until; turn += 1) {
    await oneSet(lab, plan, plan.seed + turn * 1000 + index, turn, coverage)
    plan.onSet(coverage)
  }
}

/** Makes rule sets and connections, runs them on both sides, and compares, until the time is over. */
export async function campaign(plan: CampaignPlan): Promise<Coverage> {
  const coverage = new Coverage()
  removeLeftOvers()
  const modes = Array.from({ length: plan.labs }, (_, i) => (i % 3 === 1 ? 'TPROXY' as const : 'REDIRECT' as const))
  const labs = await Promise.all(modes.map((mode, i) => PodLab.create(`cwlab-${process.pid}-${i}`, mode)))
  try {
    await Promise.all(labs.map((lab, i) => worker(lab, i, plan, coverage)))
  } finally {
    for (const lab of labs) lab.close()
  }
  return coverage
}
