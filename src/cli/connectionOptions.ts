import { parseAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { parsePort } from '../net/portRange.ts'
import { parseTcpFlags } from '../net/tcpFlags.ts'
import type { Connection } from '../world/connection.ts'
import { UsageError } from './usageError.ts'

/** What the command line says of the connection. */
export interface ConnectionOptions {
  readonly from?: string
  readonly to?: string
  readonly proto?: string
  readonly uid?: string
  readonly gid?: string
  readonly local?: boolean
  readonly in?: string
  readonly mark?: string
  /** TCP flags of a packet out of the blue: "RST", "SYN,ACK". */
  readonly flags?: string
  readonly ctstate?: string
  readonly length?: string
  readonly at?: string
}

interface Endpoint {
  readonly address: Address
  readonly port: number | null
}

/** Reads "10.0.0.1", "10.0.0.1:80", "fe80::1", "[fe80::1]:80". */
export function parseEndpoint(text: string, what: string): Endpoint {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const plain = /^([^:]*):([^:]*)$/.exec(text)
  const [, host = text, port] = bracketed ?? plain ?? []
  const address = parseAddress(host)
  if (!address) throw new UsageError(`${what}: ${JSON.stringify(host)} is no IP address`)
  return { address, port: port === undefined ? null : portOf(port, what) }
}

function portOf(text: string, what: string): number {
  const port = parsePort(text)
  if (port === null) throw new UsageError(`${what}: ${JSON.stringify(text)} is no port; a port is a number from 0 to 65535`)
  return port
}

export const MAX_ID = 0xfffffffe

export function parseCount(text: string, what: string, max: number): number {
  const value = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : NaN
  if (!(value <= max)) throw new UsageError(`${what} takes a number from 0 to ${max}, not ${JSON.stringify(text)}`)
  return value
}

/** The connection that --from, --to and the rest describe. */
export function connectionFrom(options: ConnectionOptions): Connection {
  if (options.to === undefined) throw new UsageError('say where the connection goes: --to ADDR:PORT')
  const proto = parseProto(options.proto ?? 'tcp', '--proto')
  const to = parseEndpoint(options.to, '--to')
  const from = options.from === undefined ? null : parseEndpoint(options.from, '--from')
  if (to.port === null && proto !== 'icmp') throw new UsageError('--to needs a port: ADDR:PORT')
  if (from && from.address.family !== to.address.family) throw new UsageError('--from and --to are of different address families')
  const local = options.local === true || options.uid !== undefined || options.gid !== undefined
  if (!local && !from) throw new UsageError('say where the connection comes from: --from ADDR, or --uid N for a process inside the namespace')
  const uid = options.uid === undefined ? 0 : parseCount(options.uid, '--uid', MAX_ID)
  return {
    origin: local ? 'local' : 'remote', proto, src: from?.address ?? null, sport: from?.port ?? null, dst: to.address, dport: to.port ?? 0,
    uid, gid: options.gid === undefined ? uid : parseCount(options.gid, '--gid', MAX_ID),
    in: options.in ?? null, mark: options.mark === undefined ? 0 : parseCount(options.mark, '--mark', 0xffffffff), transparent: false,
    tcpFlags: options.flags === undefined ? null : flagsOf(options.flags, proto), length: options.length === undefined ? null : parseCount(options.length, '--length', 65535),
    at: options.at === undefined ? null : timeOf(options.at, '--at'), ctState: ctStateOf(options.ctstate ?? 'NEW'),
  }
}

const CT_STATES = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const

function ctStateOf(text: string): Connection['ctState'] {
  const state = CT_STATES.find((each) => each === text.toUpperCase())
  if (!state) throw new UsageError(`--ctstate takes ${CT_STATES.join(', ')}, not ${JSON.stringify(text)}`)
  return state
}

/** ISO 8601, UTC where it names no zone. */
export function timeOf(text: string, what: string): number {
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`) : NaN
  if (Number.isNaN(time)) throw new UsageError(`${what} takes a time as 2026-11-21T09:30:00Z, not ${JSON.stringify(text)}`)
  return time / 1000
}

function flagsOf(text: string, proto: Connection['proto']): number {
  const flags = parseTcpFlags(text)
  if (flags === null || proto !== 'tcp') throw new UsageError('--flags takes TCP flags, as SYN,ACK or RST, of a TCP packet')
  return flags
}

export function parseProto(text: string, what: string): Connection['proto'] {
  if (text === 'tcp' || text === 'udp' || text === 'icmp') return text
  throw new UsageError(`${what} takes tcp, udp or icmp, not ${JSON.stringify(text)}`)
}
