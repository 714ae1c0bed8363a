import { parseAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import { compileNetns } from '../../src/engine/kernel.ts'
import type { CompiledNetns } from '../../src/engine/kernel.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import type { RuleState } from '../../src/host/ruleState.ts'
import type { MeshProfile } from '../../src/proxy/meshProfile.ts'
import { assumedNetns } from '../../src/world/assumedNetns.ts'
import type { Connection } from '../../src/world/connection.ts'
import { profileOf } from '../../src/world/profileOf.ts'
import type { Question } from '../../src/world/question.ts'
import { traceIn } from '../../src/world/traceConnection.ts'
import type { Trace } from '../../src/world/traceConnection.ts'
import { familyOf } from './labRun.ts'
import type { LabConnection, LabRun } from './labRun.ts'
import type { LabMode } from './program.ts'

/** What is walked: the namespace as its transcript tells it, and the stand-in as it is. */
export interface WalkedCase {
  readonly state: RuleState
  readonly fixed: CompiledNetns
  readonly profile: MeshProfile
  readonly diagnostics: readonly string[]
}

const address = (text: string): Address => {
  const parsed = parseAddress(text)
  if (!parsed) throw new Error(`${text} is no address`)
  return parsed
}

const SOMEBODY: Connection = { origin: 'local', proto: 'tcp', src: null, sport: null, dst: address('10.20.0.78'), dport: 80, uid: 0, gid: 0, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' }

/** The stand-in of the laboratory whatever the rules say: its ports are fixed. */
const standIn = (profile: MeshProfile, mode: Exclude<LabMode, 'NODE'>): MeshProfile => ({
  ...profile,
  mode, uid: mode === 'TPROXY' ? 0 : 1337, gid: 1337, inboundPort: 15006, outboundPort: 15001, tunnel: null, socketMark: 0,
  refuses: (listener, port) => listener === port,
  inbound: { to: 'original', from: mode === 'TPROXY' ? { kind: 'client', mark: 1337 } : { kind: 'address', v4: address('127.0.0.6'), v6: address('::6') } },
})

export function walkedCase(transcript: string, mode: LabMode): WalkedCase | null {
  const { value, diagnostics } = readTranscript([{ name: 'collected', text: transcript }])
  const [state] = value.states
  if (!state) return null
  const question: Question = { state, facts: value.facts, given: { podAddresses: [], istioVersion: null }, connection: SOMEBODY }
  const found = profileOf(question).profile
  const profile = mode === 'NODE' ? found : standIn(found, mode)
  const { netns, assumptions } = assumedNetns(question, profile)
  const said = [...diagnostics.filter(({ severity }) => severity !== 'info'), ...assumptions].map(({ code, message }) => `${code}: ${message}`)
  return { state, fixed: compileNetns(netns), profile, diagnostics: said }
}

/** Of the dialler's datagram with one byte, of its ping with none. */
const LENGTHS = { tcp: { 4: null, 6: null }, udp: { 4: 29, 6: 49 }, icmp: { 4: 28, 6: 48 } } as const

/** The connection as it was made, with the ports and addresses it had; `at` in seconds since 1970. */
export function connectionOf(lab: LabConnection, run: LabRun, at: number): Connection {
  const remote = lab.from !== 'inside'
  return {
    origin: remote ? 'remote' : 'local', proto: lab.protocol, src: lab.source === null ? null : address(lab.source), sport: run.sourcePort,
    dst: address(lab.to), dport: lab.port, uid: lab.uid, gid: lab.gid, in: null, mark: lab.mark, transparent: false, tcpFlags: null, length: LENGTHS[lab.protocol][familyOf(lab.to)], at, ctState: 'NEW',
  }
}

/** No walk of these connections looks at its namespace nearly as often. */
const MOST_LOOKS = 2_000_000

/** A namespace that lets itself be looked at so often only: a walk without end is told, and does not hang the laboratory. */
function bounded({ fib, steps, ...rest }: CompiledNetns): CompiledNetns {
  let looks = 0
  const looked = <T>(part: T): T => {
    looks += 1
    if (looks > MOST_LOOKS) throw new Error('the walk does not end')
    return part
  }
  return { ...rest, get fib() { return looked(fib) }, get steps() { return looked(steps) } }
}

/** What becomes of a connection, or why that cannot be told. */
export function walk({ fixed, profile }: WalkedCase, connection: Connection): Pick<Trace, 'outcomes' | 'complete'> | { readonly broken: string } {
  try {
    return traceIn(bounded(fixed), profile, connection, [])
  } catch (problem) {
    return { broken: problem instanceof Error ? `${problem.message}${problem.stack?.split('\n').slice(1, 4).join('') ?? ''}` : String(problem) }
  }
}
