import fc from 'fast-check'
import { Coverage } from './coverage.ts'
import { labCase } from './generate/cases.ts'
import type { CaseFrame } from './generate/cases.ts'
import type { Disagreement } from './disagreement.ts'
import type { LabCase } from './labCase.ts'
import { disagreement, minimal } from './minimal.ts'
import { firstDisagreement } from './firstDisagreement.ts'
import { removeLeftOvers } from './leftOvers.ts'
import { Lab } from './lab.ts'
import { runCase } from './runCase.ts'

export interface CampaignPlan {
  readonly seed: number
  /** It ends when the time is over, or when each laboratory has had so many rule sets. */
  readonly seconds: number
  readonly sets: number
  readonly labs: number
  readonly connections: number
  readonly onDisagreement: (found: Disagreement, seed: number) => void
  /** One that did not come again. */
  readonly onFlaky: (found: Disagreement, seed: number) => void
  readonly onSet: (coverage: Coverage) => void
}

const KINDS = ['mutant', 'made', 'random', 'made', 'mutant', 'made', 'mutant', 'made'] as const

/** How long a disagreement is made smaller. */
const SHRINKING = { seconds: 24 }

/** The modes and backends of laboratories. Tables of iptables-legacy stay in a namespace once they were made, and nat's hooks with them. */
const FRAMES = [
  ['REDIRECT', 'nft'], ['NODE', 'nft'], ['TPROXY', 'nft'], ['REDIRECT', 'legacy'], ['REDIRECT', 'nft'], ['TPROXY', 'nft'], ['REDIRECT', 'nft'], ['TPROXY', 'legacy'], ['NODE', 'legacy'],
] as const

type Frame = (typeof FRAMES)[number]

/** The kinds of cases in turn. */
const frame = ([mode, backend]: Frame, turn: number): CaseFrame => ({ kind: KINDS[turn % KINDS.length] ?? 'random', mode, backend, family: turn % 3 === 2 ? 6 : 4 })

/** What fast-check carries out of a failed property. */
class Disagreed extends Error {
  readonly found: Disagreement

  constructor(found: Disagreement) {
    super('the kernel and the walk disagree')
    this.found = found
  }
}

async function compareOnce(lab: Lab, made: LabCase, coverage: Coverage): Promise<void> {
  const report = await runCase(lab, made, 'all')
  coverage.add(made, report)
  const found = firstDisagreement(made, report.attempts)
  if (found) throw new Disagreed(found)
}

/** One rule set; when the two sides disagree and do so again, fast-check and then `minimal` make it smaller. */
async function oneSet(lab: Lab, of: CaseFrame, plan: CampaignPlan, seed: number, coverage: Coverage): Promise<void> {
  let last: Disagreed | null = null
  const until = { shrinking: Infinity }
  const property = fc.asyncProperty(labCase(of, plan.connections), async (made) => {
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

async function worker(lab: Lab, of: Frame, index: number, plan: CampaignPlan, coverage: Coverage): Promise<void> {
  const until = Date.now() + plan.seconds * 1000
  for (let turn = index; turn < index + plan.sets && Date.now() < until; turn += 1) {
    await oneSet(lab, frame(of, turn), plan, plan.seed + turn * 1000 + index, coverage)
    plan.onSet(coverage)
  }
}

/** Makes rule sets and connections, runs them on both sides, and compares, until the time is over. */
export async function campaign(plan: CampaignPlan): Promise<Coverage> {
  const coverage = new Coverage()
  removeLeftOvers()
  const frames = Array.from({ length: plan.labs }, (_, i) => FRAMES[i % FRAMES.length] ?? FRAMES[0])
  const labs = await Promise.all(frames.map(async (of, i) => ({ of, lab: await Lab.create(`cwlab-${process.pid}-${i}`, of[0]) })))
  try {
    await Promise.all(labs.map(({ lab, of }, i) => worker(lab, of, i, plan, coverage)))
  } finally {
    for (const { lab } of labs) lab.close()
  }
  return coverage
}
