import { differences } from '../analysis/differences.ts'
import { mapRegions } from '../analysis/mapRegions.ts'
import { outcomesText, regionText, traceOptions } from '../render/regionText.ts'
import { diffText } from '../render/diffText.ts'
import type { Connection } from '../world/connection.ts'
import { connection } from './connection.ts'
import type { RulesUnderTest } from './rulesUnderTest.ts'

interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
}

/** For `expect.extend(matchers)`, in vitest or whatever takes the same. */
export const matchers = {
  /** The first socket of this namespace that accepts the connection is on that port, in every outcome. */
  toDeliver(rules: RulesUnderTest, asked: Connection | string, port: number): MatcherResult {
    const wanted = typeof asked === 'string' ? connection(asked) : asked
    const outcomes = rules.walkerOf(wanted.dst).trace(wanted)
    const ports = outcomes.map(({ outcome: { accepts } }) => accepts.find(({ remote }) => !remote)?.port ?? null)
    return { pass: ports.every((each) => each === port), message: () => `${traceOptions(wanted)}: delivered to port ${ports.map((each) => each ?? 'none').join(' or ')}, and asked for is ${port}\n${outcomesText(outcomes, wanted)}` }
  },

  /** Every connection fares alike under both. */
  toBeEquivalentTo(rules: RulesUnderTest, other: RulesUnderTest): MatcherResult {
    const found = differences([...rules.kinds, ...other.kinds.filter(({ family }) => !rules.kinds.some((each) => each.family === family))], rules.walkerOf, other.walkerOf)
    return { pass: found.found.length === 0 && found.inexact.length === 0, message: () => diffText(found, []) }
  },

  /** No TCP connection comes to the proxy again and again. */
  toNeverLoop(rules: RulesUnderTest): MatcherResult {
    const { cells } = mapRegions(rules.kinds.filter(({ proto }) => proto === 'tcp'), rules.walkerOf)
    const loop = cells.find(({ outcomes }) => outcomes.some(({ outcome }) => outcome.result === 'loop'))
    return { pass: !loop, message: () => (loop ? `${regionText(loop.region)}: the proxy calls itself without end; try chainwalk trace … ${traceOptions(loop.witness)}` : 'no connection goes in circles') }
  },
}
