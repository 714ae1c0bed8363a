import { anyAddress } from '../net/address.ts'
import type { HostFacts } from '../host/hostFacts.ts'
import type { RuleState } from '../host/ruleState.ts'
import { parseVersion } from '../istio/version.ts'
import type { RulePlace, TraceEvent } from '../netfilter/traceEvent.ts'
import type { Ternary } from '../netfilter/ternary.ts'
import type { AccessLogEntry, AccessLogFields } from '../proxy/accessLog/accessLogEntry.ts'
import { isMasked, parseLoggedEndpoint, parseLoggedHost, printLoggedEndpoint, printLoggedHost, sameEndpoint, sameHost } from '../proxy/accessLog/loggedEndpoint.ts'
import type { Reading } from '../proxy/accessLog/reading.ts'
import { isDialled } from '../proxy/accessLog/sightings.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import { decisiveRule } from './decisiveRule.ts'
import { loggedConnection, NEW_TCP, ownAddressesOf, upstreamConnection } from './loggedConnection.ts'
import type { Assumption } from './outcome.ts'
import { profileOf } from './profileOf.ts'
import type { Given } from './question.ts'
import { traceConnection } from './traceConnection.ts'
import type { Trace, TracedOutcome } from './traceConnection.ts'

/** Rules, and what is known beside them. */
export interface RulesAsked {
  readonly state: RuleState
  readonly facts: HostFacts
  readonly given: Given
}

/** Something the line says, held against what the rules do. */
export interface RuleCheck {
  readonly what: string
  readonly logged: string
  readonly rules: string
  readonly holds: Ternary
  /** The rule that decided; null: none did. */
  readonly place: RulePlace | null
}

export type Verdict = 'agrees' | 'contradicts' | 'undecided'

/** A reading of a line held against rules. */
export interface ReadingAgainstRules {
  readonly reading: Reading
  readonly verdict: Verdict
  readonly checks: readonly RuleCheck[]
  readonly assumptions: readonly Assumption[]
  /** Why nothing could be asked; null where it could. */
  readonly problem: string | null
}

/** The line agrees if one of its readings does, and contradicts if none can be. */
export function verdictOf(held: readonly ReadingAgainstRules[]): Verdict {
  if (held.some(({ verdict }) => verdict === 'agrees')) return 'agrees'
  return held.length > 0 && held.every(({ verdict }) => verdict === 'contradicts') ? 'contradicts' : 'undecided'
}

/** Traces the connection a line tells of, and Envoy's own, and says whether the rules do what the line says. */
export function readingAgainstRules({ fields }: AccessLogEntry, reading: Reading, asked: RulesAsked): ReadingAgainstRules {
  const undecided = (problem: string): ReadingAgainstRules => ({ reading, verdict: 'undecided', checks: [], assumptions: [], problem })
  if (reading.direction === 'waypoint') return undecided('a waypoint\'s connections come by HBONE: these rules are not asked about them')
  if (reading.fit === 'differs') return undecided('the line\'s own addresses fit no reading')
  const questions = { ...asked, given: givenFor(fields, reading, asked.given) }
  const built = loggedConnection(fields, reading, profileFor(questions))
  if ('problem' in built) return undecided(built.problem)
  const { connection } = built
  if (!asked.state.rulesets.some(({ family }) => family === connection.dst.family)) return undecided(`no IPv${connection.dst.family} rules are shown`)
  const trace = traceConnection({ ...questions, connection }, 'steps')
  const checks = [...(reading.direction === 'inbound' ? inboundChecks(fields, reading, trace) : downstreamChecks(fields, reading, trace)), ...upstreamChecks(fields, reading, questions, trace.profile)]
  return { reading, verdict: decided(checks, trace.complete), checks, assumptions: [...built.assumptions, ...assumptionsOf(trace)], problem: null }
}

function decided(checks: readonly RuleCheck[], complete: boolean): Verdict {
  if (checks.some(({ holds }) => holds === false) && complete) return 'contradicts'
  return complete && checks.every(({ holds }) => holds === true) ? 'agrees' : 'undecided'
}

/** How Envoy dials is the line's to say, not the rules': of the release only the kind of dial is kept. */
function givenFor(fields: AccessLogFields, reading: Reading, given: Given): Given {
  const minor = given.istioVersion === null ? null : (parseVersion(given.istioVersion)?.minor ?? null)
  const older = minor !== null && minor < 10
  const istioVersion = reading.to === 'localhost' ? (older ? given.istioVersion : '1.9.0') : older && reading.direction === 'inbound' ? '1.10.0' : (given.istioVersion ?? '1.10.0')
  return { istioVersion, podAddresses: given.podAddresses.length > 0 ? given.podAddresses : ownAddressesOf(fields, reading) }
}

const profileFor = (asked: RulesAsked): MeshProfile => profileOf({ ...asked, connection: NOWHERE }).profile

/** A connection that no profile depends on. */
const NOWHERE: Connection = { ...NEW_TCP, origin: 'local', dst: anyAddress(4), dport: 0 }

/** Taken for granted of the release: the line itself tells these. */
const TOLD: ReadonlySet<string> = new Set(['assume-istio-version', 'assume-service-port'])

const assumptionsOf = ({ outcomes }: Trace): readonly Assumption[] =>
  [...new Map(outcomes.flatMap(({ outcome }) => outcome.assumptions).filter(({ code }) => !TOLD.has(code)).map((each) => [`${each.code} ${each.message}`, each])).values()]

/** One answer if all outcomes have it; else the rules do not decide. */
function ask(outcomes: readonly TracedOutcome[], what: string, logged: string, answer: (traced: TracedOutcome) => { readonly rules: string; readonly holds: Ternary }): RuleCheck {
  const answers = outcomes.map(answer)
  const [first] = answers
  const same = answers.every(({ holds }) => typeof holds === 'boolean' && holds === first?.holds)
  const holds: Ternary = first && same ? first.holds : { code: 'rules-fork', message: 'the rules let it go several ways', probability: null, key: null }
  return { what, logged, rules: [...new Set(answers.map(({ rules }) => rules))].join(', or '), holds, place: decisiveRule(outcomes[0]?.events ?? []) }
}

function inboundChecks(fields: AccessLogFields, reading: Reading, { outcomes, profile }: Trace): RuleCheck[] {
  const captured = ask(outcomes, 'captured', `Envoy's inbound listener, port ${profile.inboundPort}`, ({ outcome }) => ({ rules: captureText(outcome), holds: outcome.captured && outcome.envoyPort === profile.inboundPort }))
  if (captured.holds === false) return [captured]
  return [captured, ...modeChecks(reading, outcomes), originalDestination(fields, outcomes), ...sourceChecks(fields, reading, outcomes)]
}

function downstreamChecks(fields: AccessLogFields, { direction, mode }: Reading, { outcomes, profile }: Trace): RuleCheck[] {
  if (direction === 'gateway' || mode === 'NONE') return [ask(outcomes, 'captured', `not captured: it came to Envoy's own port ${parseLoggedEndpoint(fields.downstream_local_address)?.port ?? ''}`, ({ outcome }) => ({ rules: captureText(outcome), holds: !outcome.captured }))]
  const captured = ask(outcomes, 'captured', `Envoy's outbound listener, port ${profile.outboundPort}`, ({ outcome }) => ({ rules: captureText(outcome), holds: outcome.captured && outcome.envoyPort === profile.outboundPort }))
  return captured.holds === false ? [captured] : [captured, originalDestination(fields, outcomes)]
}

const captureText = ({ captured, envoyPort }: TracedOutcome['outcome']): string => (captured ? `captured, port ${envoyPort ?? 'of nobody: nothing accepts it'}` : 'not captured')

function modeChecks({ mode }: Reading, outcomes: readonly TracedOutcome[]): RuleCheck[] {
  if (mode === null) return []
  return [ask(outcomes, 'mode', mode, ({ events }) => {
    const rules = capturedBy(events)
    return { rules: rules ?? 'neither REDIRECT nor TPROXY', holds: rules === mode }
  })]
}

/** What turned the first packet to the proxy. */
function capturedBy(events: readonly TraceEvent[]): 'REDIRECT' | 'TPROXY' | null {
  for (const { step } of events) {
    if (step.kind === 'tproxied') return 'TPROXY'
    if (step.kind === 'natBound' && step.manip === 'destination') return 'REDIRECT'
    if (step.kind === 'delivered') return null
  }
  return null
}

function originalDestination({ downstream_local_address: local }: AccessLogFields, outcomes: readonly TracedOutcome[]): RuleCheck {
  const logged = parseLoggedEndpoint(local)
  return ask(outcomes, 'original destination', local ?? 'none', ({ outcome: { accepts } }) => {
    const got = parseLoggedEndpoint(accepts[0]?.originalDestination ?? null)
    return { rules: got ? printLoggedEndpoint(got) : 'none', holds: logged !== null && got !== null && sameEndpoint(logged, got) }
  })
}

function sourceChecks(fields: AccessLogFields, { destination }: Reading, outcomes: readonly TracedOutcome[]): RuleCheck[] {
  const logged = parseLoggedEndpoint(fields.upstream_local_address)
  if (!logged || !isDialled(fields) || (destination !== 'service' && destination !== 'passthrough')) return []
  return [ask(outcomes, 'source the app sees', printLoggedHost(logged.host), ({ outcome }) => {
    const seen = outcome.appSees === null ? null : parseLoggedHost(outcome.appSees)
    const failed = outcome.upstreams.find(({ result }) => result !== 'connected')
    return { rules: outcome.appSees ?? (failed ? `nobody: Envoy's own dial to ${failed.to} ends in ${failed.result}` : 'nobody'), holds: seen ? sameHost(logged.host, seen) : false }
  })]
}

/** Envoy's own connection, traced by itself: where it goes is Envoy's choice, not the original destination. */
function upstreamChecks(fields: AccessLogFields, { direction }: Reading, asked: RulesAsked, profile: MeshProfile): RuleCheck[] {
  const logged = parseLoggedEndpoint(fields.upstream_local_address)
  const connection = direction === 'inbound' ? null : upstreamConnection(fields, profile)
  if (!logged || !connection || isMasked(logged.host) || logged.host.family !== connection.dst.family) return []
  const { outcomes } = traceConnection({ ...asked, connection }, 'steps')
  return [ask(outcomes, 'source the upstream sees', printLoggedHost(logged.host), ({ outcome: { accepts, result } }) => {
    const seen = accepts[0] ? parseLoggedHost(accepts[0].peer) : null
    return { rules: accepts[0]?.peer ?? `nobody: Envoy's dial to ${fields.upstream_host ?? ''} ends in ${result}`, holds: seen ? sameHost(logged.host, seen) : false }
  })]
}
