import { Protocol } from '../net/protocol.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import { spanOf } from '../ruleset/sourceLine.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { ListeningSocket, SocketProtocol, SocketsCommand } from './listeningSocket.ts'
import type { SectionReader } from './sectionReader.ts'
import { readSocketAddress } from './socketAddress.ts'

const ROW = /^(tcp|udp)(6?)\s+\d+\s+\d+\s+(\S+:\S+)\s+(\S+:\S+)(?:\s+([A-Z][A-Z_\d]+))?(?:\s+(.*))?$/
const HEADER = /^(Proto\s+Recv-Q\s+Send-Q\s|Active (Internet|UNIX) |Proto\s+RefCnt\s)/
const SERVERS = /^Active Internet connections \((only servers|servers and established)\)/
const OTHER = /^(unix|raw6?|udplite6?|sctp)\s/

/** Reads `netstat -nl`, `netstat -lntp`, `netstat -lnte` (netstat(8)). */
export class NetstatReader implements SectionReader {
  private sockets: ListeningSocket[] = []
  private readonly listed = new Set<number>()
  /** -e puts "User Inode" before the program. */
  private extended = false

  constructor(private readonly diagnostics: Diagnostic[]) {}

  /** A command was seen; what it lists replaces what an earlier one listed. */
  begin({ protocols, shows }: SocketsCommand): void {
    if (shows !== 'listening') return
    const numbers: readonly number[] = protocols.map((each) => Protocol[each])
    this.sockets = this.sockets.filter((socket) => !numbers.includes(socket.protocol))
    for (const number of numbers) this.listed.add(number)
  }

  read(source: SourceLine): boolean {
    const text = source.text.trim()
    if (HEADER.test(text)) return this.header(text)
    const row = ROW.exec(text)
    if (!row) return OTHER.test(text)
    const [, protocol, version, local = '', peer = '', state, rest = ''] = row
    // A connected socket takes packets of its peer only.
    if ((protocol !== 'tcp' && protocol !== 'udp') || (protocol === 'tcp' ? state !== 'LISTEN' : !peer.endsWith(':*'))) return true
    return this.listener(protocol, version === '6' ? 6 : 4, local, { source, rest })
  }

  value(): readonly ListeningSocket[] {
    return this.sockets
  }

  /** The protocols all listening sockets of were printed. */
  protocols(): readonly number[] {
    return [...this.listed]
  }

  private header(text: string): true {
    // The title alone does not say whether -t or -u narrowed it; rows add their protocol.
    if (SERVERS.test(text) && this.listed.size === 0) this.listed.add(Protocol.tcp)
    this.extended = /\sUser\s+Inode/.test(text)
    return true
  }

  private listener(protocol: SocketProtocol, family: 4 | 6, local: string, row: { source: SourceLine; rest: string }): true {
    this.listed.add(Protocol[protocol])
    const at = readSocketAddress(local, protocol, family)
    if (!at) {
      this.diagnostics.push({ code: 'unreadable-line', severity: 'warning', message: 'the address of this socket could not be read (netstat cuts long ones, -W shows them); it is not used', span: spanOf(row.source) })
      return true
    }
    const words = row.rest.split(/\s+/)
    const program = /(?:^|\s)(\d+)\/(.*)$/.exec(row.rest)
    const uid = this.extended && /^\d+$/.test(words[0] ?? '') ? Number(words[0]) : words[0] === 'root' ? 0 : null
    this.sockets.push({ protocol: Protocol[protocol], address: at.address, port: at.port, v6only: false, transparent: false, mark: 0, uid, gid: null, process: program?.[2]?.trim() ?? null, pid: program ? Number(program[1]) : null, fd: null, device: at.device })
    return true
  }
}
