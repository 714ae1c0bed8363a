import { compileNetns } from '../engine/kernel.ts'
import type { CompiledNetns, Keeps } from '../engine/kernel.ts'
import type { Fate } from '../engine/packetPath.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import { assumedNetns } from './assumedNetns.ts'
import type { Connection } from './connection.ts'
import { ConnectionWalk } from './connectionWalk.ts'
import type { Walk } from './connectionWalk.ts'
import { explore } from './explore.ts'
import type { Choose, Decision } from './explore.ts'
import { OutcomeMerger } from './outcomeMerger.ts'
import type { Assumption, Outcome, Result, Upstream } from './outcome.ts'
import { printEndpoint } from '../net/address.ts'
import { profileOf } from './profileOf.ts'
import type { Question } from './question.ts'
import { WalkEnvironment } from './walkEnvironment.ts'
import type { Listening } from './walkEnvironment.ts'

/** An outcome with the events that led to it. */
export interface TracedOutcome {
  readonly outcome: Outcome
  readonly events: readonly TraceEvent[]
  /** The address and port at which each accept happened: two endpoints of one Service differ in nothing else. */
  readonly ends: readonly string[]
}

export interface Trace {
  readonly connection: Connection
  readonly profile: MeshProfile
  readonly outcomes: readonly TracedOutcome[]
  /** False when there were too many ways to follow them all. */
  readonly complete: boolean
}

/** What would become of a connection: every way it can go, each with its trace; its steps alone, or with the changes they made, for stepping back. */
export function traceConnection(question: Question, keeps: Keeps = 'changes'): Trace {
  const { profile, assumptions: known } = profileOf(question)
  const { netns, assumptions } = assumedNetns(question, profile)
  return traceIn(compileNetns(netns), profile, question.connection, [...assumptions, ...known], keeps)
}

/** The same in a namespace that is complete. */
export function traceIn(fixed: CompiledNetns, profile: MeshProfile, connection: Connection, assumptions: readonly Assumption[], keeps: Keeps = 'changes'): Trace {
  const merger = new OutcomeMerger()
  const complete = explore((choose) => walkOnce(fixed, profile, connection, choose, keeps), ({ value, decisions }) => {
    merger.add({ outcome: judge(value.walk, profile, decisions, assumptions), events: value.events, ends: value.walk.ends })
  })
  return { connection, profile, outcomes: merger.outcomes(), complete }
}

/** Every way a connection can go, without its trace; `listener` hears what it rested on. */
export function outcomesIn(fixed: CompiledNetns, profile: MeshProfile, connection: Connection, listener: Listening): readonly TracedOutcome[] {
  const merger = new OutcomeMerger()
  const walk = (choose: Choose): Walk => new ConnectionWalk(fixed, profile, new WalkEnvironment(choose, connection, listener), null).run(connection)
  explore(walk, ({ value, decisions }) => { merger.add({ outcome: judge(value, profile, decisions, []), events: [], ends: value.ends }) })
  return merger.outcomes()
}

/** What becomes of a connection's first packet, as the dice fall; null where it cannot be sent for want of a route. */
export const firstFateIn = (fixed: CompiledNetns, profile: MeshProfile, connection: Connection, choose: Choose): Fate | null =>
  new ConnectionWalk(fixed, profile, new WalkEnvironment(choose, connection), null).first(connection)

interface WatchedWalk {
  readonly walk: Walk
  readonly events: readonly TraceEvent[]
}

function walkOnce(fixed: CompiledNetns, profile: MeshProfile, connection: Connection, choose: Choose, keeps: Keeps): WatchedWalk {
  const events: TraceEvent[] = []
  const walk = new ConnectionWalk(fixed, profile, new WalkEnvironment(choose, connection), { keeps, tell: (event) => { events.push(event) } }).run(connection)
  return { walk, events }
}

function judge(walk: Walk, profile: MeshProfile, decisions: readonly Decision[], assumptions: readonly Assumption[]): Outcome {
  const proxied = walk.accepts.find(({ process, remote }) => !remote && isProxyProcess(process))
  const app = walk.accepts.find(({ process }) => !isProxyProcess(process))
  return {
    probability: chance(decisions),
    assumptions: decisions.length + walk.unremembered.length === 0 ? assumptions : [...assumptions, ...freshMemory(walk), ...decisions.filter(({ doubt }) => doubt.probability === null).map(({ doubt, answer }): Assumption => ({ code: doubt.code, message: `${doubt.message}: taken as ${answer ? 'true' : 'false'}` }))],
    result: resultOf(walk),
    accepts: walk.accepts,
    upstreams: walk.legs.flatMap(({ dial, result }): Upstream[] => (dial.from === null ? [] : [{ port: dial.from, to: printEndpoint(dial.to, dial.port), result: result ?? 'timeout' }])),
    captured: walk.handedTo.some((port) => profile.capturePorts.includes(port)),
    envoyPort: proxied?.port ?? null,
    reachesApp: app !== undefined,
    appSees: app && !app.remote ? app.peer : null,
  }
}

/** Counters and lists that rules keep between packets begin empty here. */
const freshMemory = ({ unremembered }: Walk): Assumption[] =>
  unremembered.length === 0 ? [] : [{ code: 'assume-fresh-state', message: `no earlier packet has used up a limit, a list or a counter of these rules: ${unremembered.map((key) => key.split(':').slice(0, 3).join(':')).join(', ')}` }]

const resultOf = ({ loops, legs }: Walk): Result => (loops ? 'loop' : (legs[0]?.result ?? 'timeout'))

/** The product of the dice; null as soon as missing knowledge decided anything. */
function chance(decisions: readonly Decision[]): number | null {
  return decisions.reduce<number | null>((product, { doubt: { probability }, answer }) => (product === null || probability === null ? null : product * (answer ? probability : 1 - probability)), 1)
}
