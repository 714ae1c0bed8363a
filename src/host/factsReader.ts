import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { SourceLine } from '../ruleset/sourceLine.ts'
import type { TableDump } from '../ruleset/tableDump.ts'
import { AddressReader } from './addressReader.ts'
import type { HostFacts, ProcessIds } from './hostFacts.ts'
import { IpsetReader } from './ipsetReader.ts'
import { KubectlReader } from './kubectlReader.ts'
import type { ListeningSocket } from './listeningSocket.ts'
import { NeighbourReader } from './neighbourReader.ts'
import { NetstatReader } from './netstatReader.ts'
import { PolicyRuleReader } from './policyRuleReader.ts'
import { ReleaseReader } from './releaseReader.ts'
import { RouteReader } from './routeReader.ts'
import { RouteTableNames } from './routeTableNames.ts'
import type { ShellCommand } from './shellCommand.ts'
import { SsReader } from './ssReader.ts'
import { StatusReader } from './statusReader.ts'
import { SysctlReader } from './sysctlReader.ts'

const VERSION = /^\s*ip6?tables v\d[\w.]* \((nf_tables|legacy)\)/
const LEGACY_WARNING = /^\s*# Warning: ip6?tables-legacy tables present/

/** Reads what a transcript says of the host besides its rules. */
export class FactsReader {
  private readonly addresses = new AddressReader()
  private readonly policyRules: PolicyRuleReader
  private readonly routes: RouteReader
  private readonly ss: SsReader
  private readonly netstat: NetstatReader
  private readonly sysctls = new SysctlReader()
  private readonly status = new StatusReader()
  private readonly sets = new IpsetReader()
  private readonly release = new ReleaseReader()
  private readonly neighbours = new NeighbourReader()
  private readonly kubectl = new KubectlReader()
  private readonly backends = new Set<'legacy' | 'nft'>()
  private legacyTablesPresent = false

  constructor(diagnostics: Diagnostic[]) {
    const tables = new RouteTableNames()
    this.policyRules = new PolicyRuleReader(tables, diagnostics)
    this.routes = new RouteReader(tables, diagnostics)
    this.ss = new SsReader(diagnostics)
    this.netstat = new NetstatReader(diagnostics)
  }

  /** A command was typed whose output follows. */
  begin(command: ShellCommand): void {
    this.release.begin(command.kind === 'release' ? command.prints : 'named')
    switch (command.kind) {
      case 'policyRules': this.policyRules.begin(command.family); break
      case 'routes': this.routes.begin(command.family, command.table); break
      case 'sockets': this[command.program].begin(command); break
      case 'status': this.status.begin(command.pid); break
      case 'sysctl': this.sysctls.begin(command.key); break
      default: // known by its form alone
    }
  }

  /** A section is over. */
  end(): void {
    this.addresses.end()
    this.kubectl.end()
    this.sysctls.begin(null)
  }

  read(source: SourceLine): boolean {
    return this.backendLine(source.text) || [this.neighbours, this.addresses, this.policyRules, this.routes, this.ss, this.netstat, this.sysctls, this.sets, this.status, this.release, this.kubectl].some((reader) => reader.read(source))
  }

  sawBackend(backend: 'legacy' | 'nft'): void {
    this.backends.add(backend)
  }

  /** All that was read; the tables tell which program printed them. */
  value(dumps: readonly TableDump[]): HostFacts {
    for (const { backend } of dumps) if (backend) this.sawBackend(backend)
    const ids = this.status.value()
    // ss tells more than netstat of the same sockets.
    const list = this.ss.protocols().length > 0 ? this.ss : this.netstat
    return {
      interfaces: this.addresses.value(),
      routes: this.routes.value(),
      routeTables: this.routes.tables(),
      rules: this.policyRules.value(),
      listeners: list.protocols().length > 0 ? list.value().map((socket) => withIds(socket, ids)) : null,
      listenerProtocols: list.protocols(),
      sysctls: this.sysctls.value(),
      sets: this.sets.value(),
      ids,
      pods: this.kubectl.pods,
      services: this.kubectl.services,
      backends: { seen: [...this.backends], legacyTablesPresent: this.legacyTablesPresent },
      release: this.release.value(),
      neighbours: this.neighbours.value(),
    }
  }

  private backendLine(text: string): boolean {
    const version = VERSION.exec(text)
    if (version) this.sawBackend(version[1] === 'legacy' ? 'legacy' : 'nft')
    if (!LEGACY_WARNING.test(text)) return version !== null
    this.legacyTablesPresent = true
    this.sawBackend('nft')
    return true
  }
}

/** ss prints no gid and netstat no uid; the status of the process does. */
function withIds(socket: ListeningSocket, ids: readonly ProcessIds[]): ListeningSocket {
  const owner = socket.pid === null ? undefined : ids.find((each) => each.pid === socket.pid)
  return owner ? { ...socket, uid: socket.uid ?? owner.uid, gid: owner.gid } : socket
}
