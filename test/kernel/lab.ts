import { setTimeout as sleep } from 'node:timers/promises'
import { collectScript } from '../../src/host/collectScript.ts'
import { makeNamespaces, removeNamespaces } from './namespaces.ts'
import type { Namespaces } from './namespaces.ts'
import { LEAVES } from './nodeNamespaces.ts'
import { Program } from './program.ts'
import type { EventMessage, LabMode, Reply, Role } from './program.ts'
import { familyOf } from './labRun.ts'
import type { LabConnection, LabRun } from './labRun.ts'
import type { TracedPacket } from './packetText.ts'
import type { RuleHandles } from './ruleHandles.ts'
import { must } from './run.ts'
import { TraceMonitor } from './traceMonitor.ts'

const POD: readonly Role[] = ['app', 'sshd', 'agent', 'envoy']
const ROLES: Readonly<Record<LabMode, readonly Role[]>> = { REDIRECT: POD, TPROXY: POD, NODE: ['app', 'sshd'] }

/** Source ports the laboratory gives out, and the ports of the datagrams that end a trace: none of them is anybody's. */
const SOURCE_PORTS = { first: 20000, last: 29999 }
const SENTINELS = { first: 61000, last: 65000 }

/** Milliseconds; the longest dial takes a tenth of it. */
const ENDLESS = 8000
/** More than any attempt has that ends. */
const MOST_EVENTS = 2000

const open = new Set<Lab>()
process.once('exit', () => { for (const lab of open) lab.close() })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { process.exit(130) })

/** A pod or a node with its programs, and what is around it: rules are loaded and connections made one after the other. */
export class Lab {
  readonly mode: LabMode
  readonly namespaces: Namespaces
  private readonly programs: readonly Program[]
  private readonly dialler: Program
  private readonly far: ReadonlyMap<string, Program>
  private readonly monitor: TraceMonitor
  private events: EventMessage[] = []
  /** How many there were, kept or not. */
  private heard = 0
  private sourcePort = SOURCE_PORTS.first
  private facts: { readonly sysctls: readonly string[]; readonly text: string } | null = null
  private configured: readonly string[] = []
  private sentinel = SENTINELS.first

  private constructor(name: string, mode: LabMode) {
    this.mode = mode
    this.namespaces = makeNamespaces(name, mode)
    const { inside, far } = this.namespaces
    const heard = (message: EventMessage): void => {
      this.heard += 1
      if (this.events.length < MOST_EVENTS && !this.isOfSentinel(message)) this.events.push(message)
    }
    this.dialler = new Program(inside, 'dialler', mode, heard)
    this.far = new Map(Object.entries(far).map(([place, namespace]) => [place, new Program(namespace, 'outside', mode, heard)]))
    this.programs = [...ROLES[mode].map((role) => new Program(inside, role, mode, heard)), this.dialler, ...this.far.values()]
    this.monitor = new TraceMonitor(inside)
    open.add(this)
  }

  static async create(name: string, mode: LabMode): Promise<Lab> {
    const lab = new Lab(name, mode)
    await Promise.all(lab.programs.map(({ ready }) => ready))
    await lab.listening()
    return lab
  }

  /** The monitor of a namespace without rules sees nothing: one rule, until it listens. */
  private async listening(): Promise<void> {
    const { inside } = this.namespaces
    await must(inside, ['iptables-nft-restore'], '*raw\n-A OUTPUT -p udp -j TRACE\nCOMMIT\n')
    await sleep(250)
    await this.traced({ to: '127.0.0.1' })
    await must(inside, ['nft', 'flush', 'ruleset'])
  }

  /** Settings that hold until the next call. */
  async configure(sysctls: readonly string[]): Promise<void> {
    const back = this.configured.filter((each) => !sysctls.includes(each)).map((each) => each.replace(/=.*/, '=0'))
    const changes = [...back, ...sysctls.filter((each) => !this.configured.includes(each))]
    if (changes.length > 0) await must(this.namespaces.inside, ['sysctl', '-q', '-w', ...changes])
    if (changes.length > 0) this.configured = sysctls
  }

  /** What `chainwalk collect` prints there. All but the rules is the same until settings change, and is not collected again. */
  async collect(): Promise<string> {
    const { inside } = this.namespaces
    if (this.facts?.sysctls !== this.configured) {
      const all = await must(inside, ['sh'], collectScript())
      this.facts = { sysctls: this.configured, text: all.slice(all.indexOf('$ ip addr')) }
    }
    const [rules = ''] = collectScript().split(/^if has ip; then$/m)
    return `${await must(inside, ['sh'], `${rules}\nexit 0\n`)}${this.facts.text}`
  }

  async attempt(connection: LabConnection, handles: RuleHandles | null): Promise<LabRun> {
    this.events = []
    this.monitor.clear()
    const reply = await this.dial(connection)
    const quiet = await this.settle()
    if (!quiet) await this.calm()
    const packets = handles && await this.traced(connection) ? this.own(this.monitor.packets(handles, this.sentinel), connection) : null
    const run = runOf(reply, this.events, packets)
    if (!quiet) return { ...run, endless: true }
    await this.clean()
    return run
  }

  /** Without what still came of the attempt before: all that stands in front of this one's first packet, and what its sockets said when they were closed. */
  private own(packets: readonly TracedPacket[], { protocol }: LabConnection): TracedPacket[] {
    const first = protocol === 'icmp' ? 0 : packets.findIndex(({ head }) => head.includes(` SPORT=${this.sourcePort} `))
    return packets.slice(Math.max(0, first)).filter((packet) => !this.isLate(packet))
  }

  /** Rules may turn the datagram that ends a trace to somebody who listens. */
  private isOfSentinel(message: EventMessage): boolean {
    return message.event === 'accept' && message.peerPort === this.sentinel
  }

  private isLate({ head }: TracedPacket): boolean {
    const before = this.sourcePort === SOURCE_PORTS.first ? SOURCE_PORTS.last : this.sourcePort - 1
    return head.split(' ').some((word) => word === `SPORT=${before}` || word === `DPORT=${before}`)
  }

  close(): void {
    open.delete(this)
    for (const program of this.programs) program.end()
    this.monitor.end()
    removeNamespaces(this.namespaces)
  }

  private dial({ from, protocol, source, to, port, uid, gid, mark }: LabConnection): Promise<Reply> {
    this.sourcePort = this.sourcePort >= SOURCE_PORTS.last ? SOURCE_PORTS.first : this.sourcePort + 1
    const dialler = this.far.get(from) ?? this.dialler
    const marked = this.mode === 'NODE' && from === 'outside' ? LEAVES : mark
    return dialler.ask({ do: 'dial', protocol, source, sourcePort: this.sourcePort, to, port, uid, gid, mark: marked, transparent: from !== 'inside' })
  }

  /** Until no program has anything left to do; false when that takes too long. */
  private async settle(): Promise<boolean> {
    const until = Date.now() + ENDLESS
    for (let quiet = 0; quiet < 2;) {
      if (Date.now() > until) return false
      const before = this.heard
      await sleep(2)
      const replies = await Promise.all(this.programs.map((program) => program.ask({ do: 'ping' })))
      const busy = replies.some(({ pending = 0 }) => pending > 0)
      if (busy) await sleep(10)
      quiet = busy || this.heard !== before ? 0 : quiet + 1
    }
    return true
  }

  /** Nothing is sent for a while, and no connection is remembered. */
  private async calm(): Promise<void> {
    const { inside } = this.namespaces
    await must(inside, ['nft', '-f', '-'], 'table inet cwcalm { chain silence { type filter hook output priority -500; drop; }; chain deafness { type filter hook prerouting priority -500; drop; }; }')
    await sleep(300)
    await this.clean()
    await must(inside, ['nft', 'delete', 'table', 'inet', 'cwcalm'])
  }

  private async traced({ to }: Pick<LabConnection, 'to'>): Promise<boolean> {
    this.sentinel = this.sentinel >= SENTINELS.last ? SENTINELS.first : this.sentinel + 1
    await this.dialler.ask({ do: 'sentinel', to: familyOf(to) === 4 ? '127.0.0.1' : '::1', port: this.sentinel })
    return this.monitor.seen(this.sentinel)
  }

  private async clean(): Promise<void> {
    await Promise.all(this.programs.map((program) => program.ask({ do: 'reset' })))
    await this.dialler.ask({ do: 'flush' })
  }
}

function runOf({ result = 'error', error = 0, source = '', sourcePort = 0 }: Reply, events: readonly EventMessage[], packets: LabRun['packets']): LabRun {
  return { result, error, source, sourcePort, accepts: events.filter((message) => message.event === 'accept'), loops: events.some(({ event }) => event === 'loop'), packets }
}
