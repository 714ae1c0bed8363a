import { packetPaths } from '../../src/render/packetPaths.ts'
import type { PacketPath } from '../../src/render/packetPaths.ts'
import type { RuleState } from '../../src/host/ruleState.ts'
import type { Family } from '../../src/net/address.ts'
import { printRule } from '../../src/ruleset/print.ts'
import type { Result } from '../../src/world/outcome.ts'
import type { TracedOutcome } from '../../src/world/traceConnection.ts'
import { NODE_PORTS, TCP_PORTS, UDP_PORTS } from './generate/pools.ts'
import type { LabRun } from './labRun.ts'
import type { TracedPacket } from './packetText.ts'

const EPERM = 1
/** Reset behind the handshake: it was connected for a moment. */
const ECONNRESET = 104

/** What the caller's connect() gave, in this project's words. */
export function resultOf({ result, error, loops }: LabRun): Result {
  if (loops) return 'loop'
  switch (result) {
    case 'connected':
    case 'refused':
    case 'timeout': return result
    default: return error === ECONNRESET ? 'connected' : error === EPERM ? 'not-permitted' : 'unreachable'
  }
}

const acceptsOf = ({ accepts }: LabRun): string[] =>
  accepts.map(({ process, port, peer, local, original }) => (process === 'outside' ? `far ${peer} ${original === null ? null : local}` : `${port} ${peer} ${original}`))

const acceptsIn = ({ outcome }: TracedOutcome): string[] => outcome.accepts.map(({ remote, port, peer, originalDestination }) => `${remote ? 'far' : port} ${peer} ${originalDestination}`)

/** The text of a rule named "nat:OUTPUT 3 ACCEPT", for those who read the difference. */
function explained({ state, family }: Compared, step: string): string {
  const [place = '', number = ''] = step.split(' ')
  const [table, chain] = place.split(':')
  const found = state.rulesets.find((each) => each.family === family)?.tables.find(({ name }) => name === table)?.chains.find(({ name }) => name === chain)?.rules[Number(number) - 1]
  return found ? `${step} | ${printRule(found)}` : step
}

function headOf({ protocol, in: from, out, src, dst, sport, dport, flags }: PacketPath): string {
  const ends = `${from === null ? `OUT=${out}` : `IN=${from}`} SRC=${src} DST=${dst}`
  return protocol === 'tcp' || protocol === 'udp' ? `${ends} SPORT=${sport} DPORT=${dport}${flags ? ` ${flags}` : ''}` : ends
}

const isCompared = (head: string): boolean => !/ (SYN|ACK|FIN|RST|PSH|URG)/.test(head) || /SYN|RST/.test(head)

function walkedPackets({ events }: TracedOutcome): TracedPacket[] {
  const packets = packetPaths(events).filter(({ protocol, flags }) => protocol !== 'tcp' || /SYN|RST/.test(flags))
  return packets.map((packet) => ({
    head: headOf(packet),
    rules: packet.path.filter(({ rule, target }) => rule !== null && target !== 'TRACE')
      .map(({ table, chain, rule, verdict }) => `${table}:${chain} ${rule} ${verdict.replace(/^(JUMP|GOTO) /, '$1:')}`),
  }))
}

/** Neighbour discovery, redirects and group reports: they come when they like. */
const DISCOVERY = /DST=(ff|224)|SRC=fe80/

/** Ports that rules and connections name. */
const NAMED: ReadonlySet<number> = new Set([...TCP_PORTS, ...UDP_PORTS, ...NODE_PORTS])

/** Ports the kernel chose by itself compare as any: for a socket, or in place of one that was taken (1024 and up, nf_nat_l4proto_unique_tuple). */
function loose(head: string, { run }: Compared): string {
  const chosen = (port: number): boolean => port !== run.sourcePort && port >= 1024 && !NAMED.has(port)
  return head.replace(/PORT=(\d+)/g, (all, port: string) => (chosen(Number(port)) ? 'PORT=*' : all)).replace('RST ACK', 'ACK RST')
}

/** What a comparison of packets found, and how many were compared. */
interface PacketDifferences {
  readonly found: readonly string[]
  readonly compared: number
}

function packetDifferences(compared: Compared, theirs: readonly TracedPacket[], ours: readonly TracedPacket[]): PacketDifferences {
  const shown = ({ rules }: TracedPacket): string => rules.map((step) => explained(compared, step)).join('\n         ')
  const left = theirs.filter(({ head }) => isCompared(head))
  const found = ours.flatMap((packet) => {
    const at = left.findIndex(({ head }) => loose(head, compared) === loose(packet.head, compared))
    const [same] = at < 0 ? [] : left.splice(at, 1)
    if (!same) return [`the kernel has no ${packet.head}`]
    return JSON.stringify(same.rules) === JSON.stringify(packet.rules) ? [] : [`${packet.head}\n  kernel ${shown(same)}\n  walked ${shown(packet)}`]
  })
  const walked = new Set(ours.map(({ head }) => loose(head, compared)))
  const mine = (head: string): boolean => head.includes(`PORT=${compared.run.sourcePort}`) || (!head.includes('PORT=') && !DISCOVERY.test(head))
  const only = left.filter(({ head }) => mine(head) && !walked.has(loose(head, compared))).map((packet) => `only the kernel has ${packet.head}\n         ${shown(packet)}`)
  return { found: [...found, ...only], compared: ours.length }
}

export interface Comparison {
  readonly differences: readonly string[]
  readonly packets: number
}

export interface Compared {
  readonly state: RuleState
  readonly family: Family
  readonly run: LabRun
}

/** Outcomes that differ in their packets only are one: which of the ways its trace shows is not told. */
const isForked = ({ events }: TracedOutcome): boolean => events.some(({ step }) => step.kind === 'decided')

function compareOne(compared: Compared, traced: TracedOutcome): Comparison {
  const { run } = compared
  const result = resultOf(run)
  const [theirs, ours] = [acceptsOf(run), acceptsIn(traced)]
  // A loop ends where the laboratory or the walk has seen enough of it.
  // Two programs that accept at about the same time are heard in any order.
  const sameAccepts = result === 'loop' ? ours.every((accept, i) => accept === (theirs[i] ?? theirs.at(-1))) : JSON.stringify(theirs.toSorted()) === JSON.stringify(ours.toSorted())
  const packets = result === 'loop' || run.packets === null || isForked(traced) ? { found: [], compared: 0 } : packetDifferences(compared, run.packets, walkedPackets(traced))
  return {
    packets: packets.compared,
    differences: [
      ...(traced.outcome.result === result ? [] : [`result: kernel ${result}${run.error ? ` (errno ${run.error})` : ''}, walked ${traced.outcome.result}`]),
      ...(sameAccepts ? [] : [`accepts: kernel ${theirs.join(', ')}; walked ${ours.join(', ')}`]),
      ...packets.found,
    ],
  }
}

/** One of the outcomes walked is what the kernel did; the nearest one's differences otherwise. */
export function compareRun(compared: Compared, outcomes: readonly TracedOutcome[]): Comparison {
  const each = outcomes.map((traced) => compareOne(compared, traced))
  const best = each.reduce<Comparison | null>((least, one) => (least === null || one.differences.length < least.differences.length ? one : least), null)
  return best ?? { packets: 0, differences: ['there is no outcome'] }
}
