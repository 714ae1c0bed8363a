import type { Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { spanOf } from '../ruleset/sourceLine.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { ListeningSocket, SocketProtocol, SocketsCommand } from './listeningSocket.ts'
import type { SectionReader } from './sectionReader.ts'
import { readSocketAddress } from './socketAddress.ts'

interface Row {
  readonly source: SourceLine
  readonly protocol: SocketProtocol
  readonly local: string
  readonly peer: string
  rest: string
}

const STATES = 'LISTEN|UNCONN|ESTAB|SYN-SENT|SYN-RECV|FIN-WAIT-1|FIN-WAIT-2|TIME-WAIT|CLOSE-WAIT|LAST-ACK|CLOSING|CLOSED'
const ROW = new RegExp(`^(?:([a-z]\\w{1,6})\\s+)?(${STATES})\\s+\\d+\\s+\\d+\\s+(\\S+:\\S+)\\s+(\\S+:\\S+?)(?:\\s+(.*)|(users:.*))?$`)
const HEADER = /^(Netid\s+)?State\s+Recv-Q\s+Send-Q\s/
/** Sockets that no rule here can hand a packet to. */
const OTHER = /^(nl|u_str|u_dgr|u_seq|p_raw|p_dgr|raw|icmp6|sctp|mptcp|v_str|v_dgr|tipc|ti_st|xdp)\s/

/** Reads `ss -lntupe --inet-sockopt` (ss(8)) and its shorter relatives. */
export class SsReader implements SectionReader {
  private rows: Row[] = []
  private current: Row | null = null
  /** Of a table without a Netid column. */
  private protocol: SocketProtocol = 'tcp'
  private finished: ListeningSocket[] = []
  private readonly listed = new Set<number>()

  constructor(private readonly diagnostics: Diagnostic[]) {}

  /** A command was seen; what it lists replaces what an earlier one listed. */
  begin({ protocols, shows }: SocketsCommand): void {
    this.finish()
    this.protocol = protocols[0] ?? 'tcp'
    if (shows !== 'listening') return
    const numbers: readonly number[] = protocols.map((each) => Protocol[each])
    this.finished = this.finished.filter((socket) => !numbers.includes(socket.protocol))
    for (const number of numbers) this.listed.add(number)
  }

  read(source: SourceLine): boolean {
    const { text } = source
    if (HEADER.test(text)) return true
    const row = ROW.exec(text.trim())
    if (row) return this.row(row, source)
    if (this.current && /^\s+\S/.test(text)) { this.current.rest += ` ${text.trim()}`; return true }
    this.current = null
    return OTHER.test(text)
  }

  value(): readonly ListeningSocket[] {
    this.finish()
    return this.finished
  }

  /** The protocols all listening sockets of were printed. */
  protocols(): readonly number[] {
    return [...this.listed]
  }

  private row([, netid, state, local = '', peer = '', rest, users]: RegExpExecArray, source: SourceLine): boolean {
    this.current = null
    const protocol = netid === undefined ? this.protocol : netid
    if ((protocol !== 'tcp' && protocol !== 'udp') || (state !== 'LISTEN' && state !== 'UNCONN')) return true
    this.current = { source, protocol, local, peer, rest: rest ?? users ?? '' }
    this.rows.push(this.current)
    this.listed.add(Protocol[protocol])
    return true
  }

  /** "*" is IPv6 without V6ONLY, but the IPv4 wildcard where ss is so old that it prints ":::80" (iproute2 before 4.15). */
  private finish(): void {
    const old = this.rows.some((row) => row.local.startsWith(':::') || row.peer.startsWith(':::'))
    for (const row of this.rows) {
      const socket = listener(row, old ? 4 : 6)
      if (socket) this.finished.push(socket)
      else this.diagnostics.push({ code: 'unreadable-line', severity: 'warning', message: 'the address of this socket could not be read; it is not used', span: spanOf(row.source) })
    }
    this.rows = []
    this.current = null
  }
}

function listener({ protocol, local, rest }: Row, starFamily: Family): ListeningSocket | null {
  const v6only = /(?:^|\s)v6only:([01])/.exec(rest)?.[1]
  const at = readSocketAddress(local, protocol, v6only === undefined ? starFamily : 6)
  if (!at) return null
  const user = /users:\(\("((?:[^"\\]|\\.)*)",(?:pid=)?(\d+)(?:,(?:fd=)?(\d+))?/.exec(rest)
  const extended = /(?:^|\s)ino:\d/.test(rest)
  const uid = /(?:^|\s)uid:(\d+)/.exec(rest)?.[1]
  const options = /inet-sockopt:\s*\(([^)]*)\)/.exec(rest)?.[1] ?? ''
  return {
    protocol: Protocol[protocol],
    address: at.address,
    port: at.port,
    v6only: v6only === undefined ? at.wildcard === '[::]' : v6only === '1',
    transparent: options.split(/\s+/).includes('transparent'),
    mark: Number(/(?:^|\s)fwmark:(0x[\da-f]+)/i.exec(rest)?.[1] ?? 0),
    // ss leaves out uid 0 (ss.c, sock_details_print).
    uid: uid === undefined ? (extended ? 0 : null) : Number(uid),
    gid: null,
    process: user?.[1] ?? null,
    pid: user ? Number(user[2]) : null,
    fd: user?.[3] === undefined ? null : Number(user[3]),
    device: at.device,
  }
}
