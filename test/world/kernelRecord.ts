import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import type { Connection } from '../../src/world/connection.ts'
import type { Result } from '../../src/world/outcome.ts'

export interface RecordedAccept {
  readonly proc: string
  readonly listen: number
  readonly peer?: string
  readonly local?: string
  readonly origdst?: string
  readonly upstream?: string
  readonly upstream_error?: string
}

export interface RecordedRun {
  readonly result: string
  readonly errno?: number
  readonly sport?: number
  readonly src?: string
  readonly accepts: readonly RecordedAccept[]
  readonly trace: readonly { readonly packet: string; readonly path: readonly string[] }[]
}

export interface RecordedAttempt extends RecordedRun {
  readonly connect: { readonly from: string; readonly src?: string; readonly uid?: number; readonly gid?: number; readonly proto: 'tcp' | 'udp'; readonly to: string; readonly mark?: number; readonly transparent?: boolean; readonly linklocal?: boolean }
  /** Where rules choose at random: every outcome seen in twelve tries. */
  readonly outcomes?: readonly RecordedRun[]
}

export interface RecordedCase {
  readonly kind: string
  readonly name: string
  readonly bundle: string
  readonly attempts: readonly RecordedAttempt[]
}

export const recordedCases: readonly RecordedCase[] = JSON.parse(gunzipSync(readFileSync(join(import.meta.dirname, 'data/kernel-cases.json.gz'))).toString())

const address = (text: string): Address => {
  const parsed = parseAddress(text.replace(/^\[|\]$/g, '').replace(/%.*/, ''))
  if (!parsed) throw new Error(`${text} is no address`)
  return parsed
}

const LOCAL = new Set(['pod', 'node'])

/** Where an attempt came from when nothing accepted it to say so: the laboratory's own addresses. */
function defaultSource(bundle: string, { from, to, linklocal }: RecordedAttempt['connect']): string {
  if (/^p\d$/.test(from)) return `${bundle.includes('docker0') ? '172.17.0.' : '10.244.0.'}${Number(from.slice(1)) + 1}`
  if (to.startsWith('[')) return linklocal === true ? 'fe80::1' : 'fd00:20::78'
  return from === 'cli' ? '10.30.0.78' : '10.20.0.78'
}

export function connectionOf(bundle: string, attempt: RecordedAttempt): Connection {
  const { connect } = attempt
  const colon = connect.to.lastIndexOf(':')
  const remote = !LOCAL.has(connect.from)
  const src = remote ? (attempt.src ?? connect.src ?? defaultSource(bundle, connect)) : connect.src
  return {
    origin: remote ? 'remote' : 'local', proto: connect.proto, src: src === undefined ? null : address(src), sport: attempt.sport ?? null,
    dst: address(connect.to.slice(0, colon)), dport: Number(connect.to.slice(colon + 1)), uid: connect.uid ?? 0, gid: connect.gid ?? 0,
    in: null, mark: connect.mark ?? 0, transparent: connect.transparent ?? false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
  }
}

/** What the caller's connect() gave, in this project's words. */
export function resultOf({ result, errno }: RecordedRun): Result {
  if (result === 'answered' || result === 'closed') return 'connected'
  if (result === 'error') return errno === 1 ? 'not-permitted' : 'unreachable'
  if (result === 'refused' || result === 'timeout' || result === 'loop') return result
  throw new Error(`unknown result ${result}`)
}

const FAR = /^(ext|cli|rem|p\d)$/

/** The port on which the laboratory's outside answers for every port. */
const ANY_PORT = 7

/** Every socket that accepted: "peer port original-destination". The far end's own IPv6 sockets show IPv4 peers v4-mapped. */
export const acceptsOf = ({ accepts }: RecordedRun): string[] =>
  accepts.filter(({ upstream }) => upstream === undefined).map(({ proc, listen, peer = '', origdst = null }) =>
    FAR.test(proc) || listen === ANY_PORT ? `far ${peer.replace(/^::ffff:(?=\d+\.)/, '')} ${origdst}` : `${listen} ${peer} ${origdst}`)

export interface RecordedPacket {
  readonly head: string
  readonly rules: readonly string[]
}

/** The packets of a record: each begins in raw, and goes on in several pieces when its header or mark changes on the way. */
export function packetsOf({ trace }: RecordedRun): RecordedPacket[] {
  const packets: { head: string; rules: string[] }[] = []
  for (const { packet, path } of trace) {
    if (path[0]?.startsWith('raw:') === true || packets.length === 0) packets.push({ head: packet.replace(/ MARK=.*/, '').replace(' PROTO=UDP', ''), rules: [] })
    packets.at(-1)?.rules.push(...path.filter((step) => step.includes(' | ') && !step.includes('-j TRACE')).map((step) => step.replace(/ rule (\S+) \|/, ' $1 |')))
  }
  return packets
}
