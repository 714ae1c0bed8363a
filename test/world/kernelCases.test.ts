import { afterAll, describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import type { RuleState } from '../../src/host/ruleState.ts'
import { packetPaths } from '../../src/render/packetPaths.ts'
import type { PacketPath } from '../../src/render/packetPaths.ts'
import { printRule } from '../../src/ruleset/print.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import type { TracedOutcome } from '../../src/world/traceConnection.ts'
import { acceptsOf, connectionOf, packetsOf, recordedCases, resultOf } from './kernelRecord.ts'
import type { RecordedAttempt, RecordedPacket, RecordedRun } from './kernelRecord.ts'

/**
 * Attempts whose record is in doubt, with why. mutant-4/10: getsockopt(SO_ORIGINAL_DST) of one IPv6 socket failed there,
 * while in every other record with the same rules on the way it gave the address dialled.
 */
const IN_DOUBT = new Set(['v6 mutant-4 10'])

const counts = { attempts: 0, packets: 0, captured: 0 }

const acceptsIn = ({ outcome }: TracedOutcome): string[] => outcome.accepts.map(({ remote, port, peer, originalDestination }) => `${remote ? 'far' : port} ${peer} ${originalDestination}`)

function ruleText(state: RuleState, family: number, { table, chain, rule }: PacketPath['path'][number]): string {
  const rules = state.rulesets.find((each) => each.family === family)?.tables.find(({ name }) => name === table)?.chains.find(({ name }) => name === chain)?.rules
  const found = rules?.[(rule ?? 0) - 1]
  return found ? `-A ${chain} ${printRule(found)}` : 'no such rule'
}

const headOf = (packet: PacketPath): string =>
  `${packet.in === null ? `OUT=${packet.out}` : `IN=${packet.in}`} SRC=${packet.src} DST=${packet.dst} SPORT=${packet.sport} DPORT=${packet.dport}${packet.flags ? ` ${packet.flags}` : ''}`

/** The handshake's packets and datagrams, as the record keeps them. */
const walkedPackets = (state: RuleState, family: number, { events }: TracedOutcome): RecordedPacket[] =>
  packetPaths(events).filter(({ protocol, flags }) => protocol === 'udp' || /SYN|RST/.test(flags)).map((packet) => ({
    head: headOf(packet),
    rules: packet.path.filter(({ rule, target }) => rule !== null && target !== 'TRACE').map((step) => `${step.table}:${step.chain} ${step.verdict.replace(/^(JUMP|GOTO) /, '$1:')} | ${ruleText(state, family, step)}`),
  }))

/** Ports the kernel chose by itself compare as any. */
function loose(head: string, sport: number | undefined, kind: string): string {
  const chosen = (port: number): boolean => port !== sport && (port >= 32768 || (kind === 'node' && port > 1024))
  return head.replace(/PORT=(\d+)/g, (all, port: string) => (chosen(Number(port)) ? 'PORT=*' : all)).replace(/ACK RST|RST ACK/, 'ACK RST')
}

/** Packets that differ: ours the kernel did not send, or with other rules, and the kernel's own of this connection that we lack. */
function packetDifferences(run: RecordedRun, walked: readonly RecordedPacket[], kind: string): string[] {
  const left = packetsOf(run)
  const key = ({ head }: RecordedPacket): string => loose(head, run.sport, kind)
  const wrong = walked.flatMap((ours) => {
    const at = left.findIndex((theirs) => key(theirs) === key(ours))
    if (at < 0) return [`the kernel has no ${ours.head}`]
    const [theirs] = left.splice(at, 1)
    counts.packets += 1
    return JSON.stringify(theirs?.rules) === JSON.stringify(ours.rules) ? [] : [`${ours.head}\n  kernel ${theirs?.rules.join('\n         ')}\n  walked ${ours.rules.join('\n         ')}`]
  })
  // A repeated packet is a retransmission; packets of other ports are left over from the attempt before.
  const repeated = (theirs: RecordedPacket): boolean => walked.some((ours) => key(ours) === key(theirs))
  return [...wrong, ...left.filter((theirs) => theirs.head.includes(`PORT=${run.sport}`) && !repeated(theirs)).map(({ head }) => `only the kernel has ${head}`)]
}

function differences(run: RecordedRun, traced: TracedOutcome, state: RuleState, family: number, kind: string): string[] {
  const result = resultOf(run)
  const [theirs, ours] = [acceptsOf(run), acceptsIn(traced)]
  // A loop ends where the recorder or the walk has seen enough of it.
  const sameAccepts = result === 'loop' ? ours.every((accept, i) => accept === (theirs[i] ?? theirs.at(-1))) : JSON.stringify(theirs) === JSON.stringify(ours)
  return [
    ...(traced.outcome.result === result ? [] : [`result: kernel ${result}, walked ${traced.outcome.result}`]),
    ...(sameAccepts ? [] : [`accepts: kernel ${theirs.join(', ')}; walked ${ours.join(', ')}`]),
    ...(result === 'loop' ? [] : packetDifferences(run, walkedPackets(state, family, traced), kind)),
  ]
}

/** Each recorded outcome is one of ours, and each of ours was recorded (twelve tries show all but the rarest). */
function setDifferences(runs: readonly RecordedRun[], traced: readonly TracedOutcome[]): string[] {
  const end = (run: RecordedRun): string => JSON.stringify([resultOf(run), acceptsOf(run), run.accepts.map(({ local }) => local)])
  const ends = traced.map((each) => JSON.stringify([each.outcome.result, acceptsIn(each), each.ends]))
  return runs.map(end).filter((each) => !ends.includes(each)).map((each) => `not among the outcomes: ${each}; walked ${ends.join(', ')}`)
}

function compare(bundle: string, kind: string, attempt: RecordedAttempt): string[] {
  const { value } = readTranscript([{ name: 'bundle', text: bundle }])
  const [state] = value.states
  if (!state) return ['no rules were read']
  const connection = connectionOf(bundle, attempt)
  const { outcomes } = traceConnection({ state, facts: value.facts, given: { podAddresses: [], istioVersion: null }, connection })
  counts.attempts += 1
  const [only] = outcomes
  if (only?.outcome.captured === true) counts.captured += 1
  if (attempt.outcomes) return setDifferences(attempt.outcomes, outcomes)
  if (!only || outcomes.length > 1) return [`${outcomes.length} outcomes, ${outcomes.flatMap(({ outcome }) => outcome.assumptions.map(({ message }) => message)).join('; ')}`]
  return differences(attempt, only, state, connection.dst.family, kind)
}

describe('recorded kernel runs', () => {
  it.each(recordedCases.map((recorded) => [`${recorded.kind} ${recorded.name}`, recorded] as const))('%s', (name, { bundle, kind, attempts }) => {
    const wrong = attempts.flatMap((attempt, i) => {
      const found = compare(bundle, kind, attempt)
      return found.length === 0 || IN_DOUBT.has(`${name} ${i}`) ? [] : [`attempt ${i} ${JSON.stringify(attempt.connect)}\n${found.join('\n')}`]
    })
    expect(wrong.join('\n\n')).toBe('')
  })

  afterAll(() => {
    console.log(`${counts.attempts} attempts (${counts.captured} captured), ${counts.packets} packets compared rule by rule, ${IN_DOUBT.size} records in doubt`)
  })
})
