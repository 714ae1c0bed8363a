import { isWithin } from '../inboundDials.ts'
import type { Releases } from '../inboundDials.ts'
import { predictedAddresses } from '../predictedAddresses.ts'
import type { PredictedAddresses } from '../predictedAddresses.ts'
import { and, isUnknown, not } from '../../netfilter/ternary.ts'
import type { Ternary } from '../../netfilter/ternary.ts'
import { isLoopback, printAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { AccessLogEntry } from './accessLogEntry.ts'
import { candidatesOf, releasesOfCluster, releasesOfForm } from './candidates.ts'
import type { Candidate } from './candidates.ts'
import { isAnyHost, isMasked, isOwnToPod, parseLoggedEndpoint, printLoggedEndpoint, printLoggedHost, sameEndpoint, sameHost } from './loggedEndpoint.ts'
import type { LoggedEndpoint, LoggedHost } from './loggedEndpoint.ts'
import type { Check, ExplainedEntry, LogContext, Reading } from './reading.ts'
import { toldApartBy } from './toldApartBy.ts'

/** Every way in which a line can have come about, as far as its own fields and what is known beside them tell. */
export function explainEntry(entry: AccessLogEntry, context: LogContext): ExplainedEntry {
  const held = candidatesOf(entry).map((candidate) => holdAgainst(entry, candidate, context.ownAddresses))
  const { kept, remarks } = within(held, entry, context)
  const readings = merged(kept.length > 0 ? kept : nearest(held))
  return { readings, toldApartBy: toldApartBy(entry, readings), remarks: [...remarks, ...strangeness(entry, held, kept)] }
}

interface Held {
  readonly candidate: Candidate
  readonly checks: readonly Check[]
  readonly holds: Ternary
  readonly predicted: PredictedAddresses | null
}

function holdAgainst({ fields }: AccessLogEntry, candidate: Candidate, own: readonly Address[]): Held {
  const predicted = candidate.hop && predictedAddresses(candidate.hop)
  const remote = parseLoggedEndpoint(fields.downstream_remote_address)
  const local = parseLoggedEndpoint(fields.downstream_local_address)
  const checks = [
    ...(predicted ? upstreamChecks(fields, predicted) : []),
    ...(candidate.direction === 'gateway' && candidate.setting === null && remote && local ? [otherThan('downstream_remote_address', remote, local.host)] : []),
    ...ownChecks(candidate.direction, remote, local, own),
  ]
  return { candidate, checks, holds: checks.reduce<Ternary>((all, check) => and(all, weight(check)), true), predicted }
}

/** The upstream's own address makes a reading impossible where it differs, and none sure where it is hidden: Envoy's end of it does that. */
const weight = ({ field, holds }: Check): Ternary => (field === 'upstream_host' && isUnknown(holds) ? true : holds)

/** What the line does not log is not held against it. */
function upstreamChecks(fields: AccessLogEntry['fields'], predicted: PredictedAddresses): Check[] {
  return (['upstream_host', 'upstream_local_address'] as const).flatMap((field): Check[] => {
    const logged = parseLoggedEndpoint(fields[field])
    const expected = predicted[field]
    if (!logged) return []
    // Of another family than the downstream connection the address to expect is not known.
    if (!expected || expected.host.family === logged.host.family) return [{ field, logged: printLoggedEndpoint(logged), expected: expected ? expectedText(expected) : 'nothing', holds: expected ? agreement(logged, expected) : false }]
    return []
  })
}

/** A peer that is not in the line may be any, but not one that no packet from outside has. */
const agreement = (logged: LoggedEndpoint, expected: LoggedEndpoint): Ternary => (isAnyHost(expected.host) && isOwnToPod(logged.host) ? false : sameEndpoint(logged, expected))

const expectedText = (endpoint: LoggedEndpoint): string => (endpoint.port === null ? printLoggedHost(endpoint.host) : printLoggedEndpoint(endpoint))

const otherThan = (field: Check['field'], logged: LoggedEndpoint, host: LoggedHost): Check =>
  ({ field, logged: printLoggedEndpoint(logged), expected: `another than ${printLoggedHost(host)}`, holds: not(sameHost(logged.host, host)) })

/** The pod's own address is the app's outbound, and Envoy's own elsewhere. */
function ownChecks(direction: Reading['direction'], remote: LoggedEndpoint | null, local: LoggedEndpoint | null, own: readonly Address[]): Check[] {
  const [field, end] = direction === 'outbound' ? (['downstream_remote_address', remote] as const) : (['downstream_local_address', local] as const)
  const known = own.filter(({ family }) => family === end?.host.family)
  if (!end || known.length === 0 || (direction === 'outbound' && (end.port === 0 || isLoopbackEnd(end)))) return []
  const holds = known.map((address) => sameHost(end.host, address)).reduce<Ternary>((any, each) => not(and(not(any), not(each))), false)
  return [{ field, logged: printLoggedEndpoint(end), expected: `the pod's own, ${known.map(printAddress).join(' or ')}`, holds }]
}

const isLoopbackEnd = ({ host }: LoggedEndpoint): boolean => !isMasked(host) && isLoopback(host)

interface Kept {
  readonly kept: readonly Held[]
  readonly remarks: readonly string[]
}

/** Releases that the form, the cluster's name and the user allow; each is given up, with a word, where nothing else fits. */
function within(held: readonly Held[], { form, fields }: AccessLogEntry, { minor }: LogContext): Kept {
  const fitting = held.filter(({ holds }) => holds !== false)
  const asked: Releases = { since: minor, until: minor }
  const named = releasesOfCluster(fields.upstream_cluster)
  const ofForm = releasesOfForm(form)
  const all = fitting.filter((each) => meet(each, ofForm, named, asked))
  if (all.length > 0 || fitting.length === 0) return { kept: all, remarks: [] }
  const unformed = fitting.filter((each) => meet(each, named, asked))
  if (unformed.length > 0) return { kept: unformed, remarks: [`the format is the default of ${releaseWords(ofForm)}, what it says is not: accessLogFormat may have been set`] }
  return { kept: fitting, remarks: minor === null ? [`no release known here writes such a line; the cluster's name is of ${releaseWords(named)}`] : [`Istio 1.${minor} would have logged this otherwise`] }
}

/** Whether there is a release all of them hold. */
function meet({ candidate }: Held, ...others: readonly Releases[]): boolean {
  const all = [candidate.releases, ...others]
  const since = Math.max(...all.map((each) => each.since ?? 0))
  return all.every((each) => isWithin(each, since))
}

/** Where nothing fits: those that differ in the fewest fields. */
function nearest(held: readonly Held[]): readonly Held[] {
  const wrong = ({ checks }: Held): number => checks.filter(({ holds }) => holds === false).length
  const fewest = Math.min(...held.map(wrong))
  return held.filter((each) => wrong(each) === fewest && fewest > 0).slice(0, 1)
}

const keyOf = ({ candidate: { direction, destination, mode, hop } }: Held): string => [direction, destination, mode, hop?.dial?.to].join(' ')

/** The same reading under several conditions is one. */
function merged(held: readonly Held[]): readonly Reading[] {
  const groups = new Map<string, Reading>()
  for (const each of held) {
    const reading = readingOf(each)
    const same = groups.get(keyOf(each))
    groups.set(keyOf(each), same ? { ...same, conditions: [...new Set([...same.conditions, ...reading.conditions])] } : reading)
  }
  return [...groups.values()]
}

function readingOf({ candidate: { direction, destination, mode, releases, setting, hop }, checks, holds, predicted }: Held): Reading {
  const condition = [releases.since === null && releases.until === null ? '' : releaseWords(releases), setting ?? ''].filter((words) => words !== '').join(' ')
  return { direction, destination, mode, to: hop?.dial?.to ?? null, conditions: condition === '' ? [] : [condition], checks, fit: holds === false ? 'differs' : isUnknown(holds) ? 'may be' : 'agrees', predicted }
}

function releaseWords({ since, until }: Releases): string {
  if (since === null) return until === null ? 'any release' : `Istio 1.${until} and older`
  if (until === null) return `Istio 1.${since} and newer`
  return since === until ? `Istio 1.${since}` : `Istio 1.${since} to 1.${until}`
}

function strangeness({ fields }: AccessLogEntry, held: readonly Held[], kept: readonly Held[]): string[] {
  if (held.length === 0) return [`${fields.upstream_cluster} is no cluster that Istio makes for connections of sidecars and gateways: nothing is said of its addresses`]
  return kept.length === 0 ? ['these addresses are of no way in which Istio\'s proxies dial; an EnvoyFilter or another mesh may have made them'] : []
}
