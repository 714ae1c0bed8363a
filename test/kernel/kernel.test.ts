import { describe, expect, it } from 'vitest'
import { campaign } from './campaign.ts'
import { describeDisagreement } from './describeDisagreement.ts'
import { whyNot } from './requirements.ts'

const reason = whyNot()
const requiresAll = process.env['CHAINWALK_REQUIRE_ALL'] === '1'

/** Rule sets for each of the laboratories; the seed is always the same, so that a run of `npm test` is like the last one. */
const PLAN = { seed: 4242, sets: Number(process.env['CHAINWALK_KERNEL_SETS'] ?? 7), labs: 9, connections: 12 } as const

describe('the walk against the kernel of this machine', () => {
  it.skipIf(reason !== null && !requiresAll)(`agrees on every rule set and connection${reason === null ? '' : ` (skipped: ${reason})`}`, { timeout: 900_000 }, async () => {
    expect(reason, 'CHAINWALK_REQUIRE_ALL=1 wants the kernel laboratory').toBeNull()
    const found: string[] = []
    const coverage = await campaign({ ...PLAN, seconds: 800, onDisagreement: (each, seed) => { found.push(describeDisagreement(each, seed)) }, onFlaky: () => undefined, onSet: () => undefined })
    console.log(`seed ${PLAN.seed}: ${coverage.summary()}`)
    expect(found.join('\n')).toBe('')
    expect(coverage.connections).toBeGreaterThan(PLAN.sets * PLAN.labs * PLAN.connections * 0.8)
  })
})
