import type { Address } from '../net/address.ts'
import { printAddress } from '../net/address.ts'
import type { Connection } from '../world/connection.ts'
import type { Outcome, Result } from '../world/outcome.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'
import { describeRegion } from './describeRegion.ts'
import type { RegionDescription } from './describeRegion.ts'
import { mergeRegions } from './mergeRegions.ts'
import { outcomesOfRegion } from './outcomeSummary.ts'
import { regionsOf } from './regions.ts'
import { RegionSpace } from './regionSpace.ts'
import type { AskedRanges, Kind } from './regionSpace.ts'
import type { Walks } from './walker.ts'

/** What must hold of every outcome; what is absent may be anything. */
export interface Expected {
  readonly result?: Result
  readonly captured?: boolean
  /** The first Envoy port that receives it; null: none. */
  readonly port?: number | null
  /** The address the app sees; 'client': the caller's own. */
  readonly appSees?: Address | 'client'
  /** It connects, and no proxy has it. */
  readonly direct?: boolean
  /** Nobody accepts it. */
  readonly dropped?: boolean
  readonly reachesApp?: boolean
  readonly loops?: 'never'
  /** The caller gets its answer: it is connected. */
  readonly replies?: 'always'
}

/** An assertion about connections. */
export interface Check {
  readonly name: string
  readonly line: number
  readonly kinds: readonly Kind[]
  readonly of: AskedRanges
  readonly expected: Expected
}

/** Connections for which an assertion does not hold. */
export interface Violation {
  readonly region: RegionDescription
  readonly witness: Connection
  readonly outcomes: readonly TracedOutcome[]
  /** What was expected and is not so: "port 15006". */
  readonly wanted: readonly string[]
}

export interface Checked {
  readonly check: Check
  readonly violations: readonly Violation[]
  /** No connection is what it speaks of: a mistake in it. */
  readonly vacuous: boolean
  readonly inexact: readonly string[]
}

/** Holds an assertion against every connection it speaks of. */
export function check(asked: Check, walkerOf: (kind: Kind) => Walks): Checked {
  const each = asked.kinds.map((kind) => checkKind(asked, kind, walkerOf(kind)))
  return { check: asked, violations: each.flatMap(({ violations }) => violations), vacuous: each.every(({ vacuous }) => vacuous), inexact: [...new Set(each.flatMap(({ inexact }) => inexact))] }
}

function checkKind(asked: Check, kind: Kind, walker: Walks): Omit<Checked, 'check'> {
  const space = new RegionSpace(kind, [walker], asked.of)
  const box = space.boxOf(asked.of)
  if (!box || box.some((elements) => elements === 0n)) return { violations: [], vacuous: true, inexact: [] }
  const { found, inexact } = regionsOf(space, [walker], box)
  const failed = found.flatMap((region) => {
    const wanted = failures(region.outcomes[0] ?? [], asked.expected, region.connection)
    return wanted.length > 0 ? [{ box: region.box, label: `${wanted.join()} ${outcomesOfRegion(region.outcomes[0] ?? [], region.connection)}`, of: { region, wanted } }] : []
  })
  return {
    violations: mergeRegions(failed).map(({ box: cells, of: { region, wanted } }) => ({ region: describeRegion(space, cells), witness: region.connection, outcomes: region.outcomes[0] ?? [], wanted })),
    vacuous: found.length === 0, inexact,
  }
}

/** What is expected and does not hold in every outcome. */
function failures(outcomes: readonly TracedOutcome[], expected: Expected, connection: Connection): readonly string[] {
  const fails = (holds: (outcome: Outcome) => boolean): boolean => !outcomes.every(({ outcome }) => holds(outcome))
  const { result, captured, port, appSees, direct, dropped, reachesApp, loops, replies } = expected
  const seen = appSees === 'client' ? connection.src : appSees
  return [
    ...(result !== undefined && fails((each) => each.result === result) ? [`result ${result}`] : []),
    ...(captured !== undefined && fails((each) => each.captured === captured) ? [captured ? 'captured' : 'not captured'] : []),
    ...(port !== undefined && fails((each) => each.envoyPort === port) ? [port === null ? 'no port of Envoy' : `port ${port}`] : []),
    ...(appSees !== undefined && fails((each) => each.appSees === (seen ? printAddress(seen) : null)) ? [`the app sees ${appSees === 'client' ? 'the client' : printAddress(appSees)}`] : []),
    ...(direct !== undefined && fails((each) => isDirect(each) === direct) ? [direct ? 'direct' : 'not direct'] : []),
    ...(dropped !== undefined && fails((each) => (each.accepts.length === 0) === dropped) ? [dropped ? 'dropped' : 'not dropped'] : []),
    ...(reachesApp !== undefined && fails((each) => each.reachesApp === reachesApp) ? [reachesApp ? 'the app is reached' : 'the app is not reached'] : []),
    ...(loops !== undefined && fails((each) => each.result !== 'loop') ? ['no loop'] : []),
    ...(replies !== undefined && fails((each) => each.result === 'connected') ? ['an answer'] : []),
  ]
}

const isDirect = ({ result, captured, envoyPort }: Outcome): boolean => result === 'connected' && !captured && envoyPort === null
