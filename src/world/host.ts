import { isAnyAddress, isLinkLocal, printAddress, printEndpoint, sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import { rejection, sendable, unroutableError } from '../engine/answer.ts'
import { findConnection } from '../engine/conntrackTable.ts'
import { Kernel } from '../engine/kernel.ts'
import type { CompiledNetns, Environment, Observer } from '../engine/kernel.ts'
import { output } from '../engine/packetPath.ts'
import type { Fate, PacketRole } from '../engine/packetPath.ts'
import { routeConnect, routeOutput } from '../engine/routing.ts'
import type { NetnsState, Socket } from '../engine/state.ts'
import { PlainCell, RecordedCell } from '../engine/stateCell.ts'
import type { Packet, Skb } from '../netfilter/skb.ts'
import type { ProxyAccept, ProxyAction } from '../proxy/acceptedByProxy.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import { DatagramEndpoint } from './datagramEndpoint.ts'
import { firstPacket } from './firstPacket.ts'
import type { Dial, Leg } from './leg.ts'
import type { Result } from './outcome.ts'
import { turned } from './stage.ts'
import type { Stage } from './stage.ts'
import { TcpEndpoint } from './tcpEndpoint.ts'
import { CountedEnvironment } from './walkEnvironment.ts'
import type { Hop, WalkJournal } from './walkJournal.ts'

/** What is round a host: where its packets go, and what is known of the first one beforehand. */
export interface Surroundings {
  /** A packet leaves by a device. */
  transmit(skb: Skb, device: string, role: PacketRole): void
  /** What conntrack is told of a packet before it begins its way. */
  begin(kernel: Kernel, skb: Skb): Skb
}

/** From where a dial goes, and by which device. */
interface Source {
  readonly src: Address
  readonly device: string
  readonly local: boolean
}

/** How the host's proxy goes on with a connection it accepted. */
export type Proceed = (accept: ProxyAccept) => ProxyAction

export interface HostParts {
  readonly name: string
  readonly fixed: CompiledNetns
  readonly proxy: Proceed
  /** How another of its programs goes on with what it accepts on a port; null: it serves. */
  readonly passesOn?: (process: string, port: number) => Proceed | null
}

export interface HostPlace {
  readonly journal: WalkJournal
  readonly surroundings: Surroundings
  readonly environment: Environment
  readonly observer: Observer | null
}

/** One namespace in a walk, with its programs. */
export class Host implements Stage {
  readonly name: string
  readonly kernel: Kernel
  readonly act: ((who: string, what: string) => void) | null
  private readonly journal: WalkJournal
  private readonly surroundings: Surroundings
  private readonly proxy: Proceed
  private readonly passesOn: (process: string, port: number) => Proceed | null
  private tcpEndpoint: TcpEndpoint | null = null
  private datagramEndpoint: DatagramEndpoint | null = null

  constructor({ name, fixed, proxy, passesOn = () => null }: HostParts, { journal, surroundings, environment, observer }: HostPlace) {
    const state = initialState(fixed)
    this.name = name
    this.kernel = new Kernel(fixed, observer?.keeps === 'changes' ? new RecordedCell(state) : new PlainCell(state), new CountedEnvironment(environment, journal), observer)
    const { tell } = this.kernel
    this.act = tell && ((who, what) => { tell({ kind: 'acted', who, what }) })
    this.journal = journal
    this.surroundings = surroundings
    this.proxy = proxy
    this.passesOn = passesOn
  }

  private get tcp(): TcpEndpoint {
    return (this.tcpEndpoint ??= new TcpEndpoint(this))
  }

  private get datagrams(): DatagramEndpoint {
    return (this.datagramEndpoint ??= new DatagramEndpoint(this))
  }

  finish(leg: number, result: Result): void {
    this.journal.finish(leg, result)
  }

  emit(skb: Skb | null, role: PacketRole): void {
    if (!skb) return
    this.settle(output(this.kernel, skb, role), role)
  }

  /** connect() or sendto() of a process in this namespace. */
  dial(dial: Dial): Leg {
    const leg = this.journal.newLeg(dial, this)
    if (leg.result === 'loop') return leg
    const source = this.sourceOf(dial)
    if ('error' in source) {
      leg.result = 'unreachable'
      this.act?.(dial.process, `cannot dial ${printEndpoint(dial.to, dial.port)}: ${source.error}`)
    } else this.connect(leg, source)
    return leg
  }

  private connect(leg: Leg, source: Source): void {
    const { dial } = leg
    const packet = firstPacket(dial, source.src, this.kernel.environment)
    leg.socket = this.openSocket(dial, packet, leg.index)
    leg.local = { address: packet.src, port: packet.sport }
    this.act?.(dial.process, `dials ${printEndpoint(dial.to, dial.port)} from ${printAddress(source.src)}`)
    const skb = this.surroundings.begin(this.kernel, sendable(packet, packet.src, source, dial.mark))
    skb.owner = { kind: 'file', uid: dial.uid, gid: dial.gid }
    skb.socket = leg.socket
    this.emit(skb, { leg: leg.index, reply: false })
  }

  private sourceOf(dial: Dial): Source | { readonly error: string } {
    if (isLinkLocal(dial.to) && dial.to.family === 6) return { error: 'a link-local address needs an interface (EINVAL)' }
    if (dial.bind && !dial.transparent && !isAnyAddress(dial.bind) && !this.kernel.fixed.fib.isLocal(dial.bind)) return { error: `${printAddress(dial.bind)} is no address of this host (EADDRNOTAVAIL)` }
    // raw_sendmsg looks once, connect() a second time.
    const look = dial.protocol === Protocol.tcp || dial.protocol === Protocol.udp ? routeConnect : routeOutput
    const route = look(this.kernel, { src: dial.bind, dst: dial.to, mark: dial.mark, uid: dial.uid, device: null, source: dial.transparent ? 'any' : 'own' })
    return typeof route === 'string' ? { error: `there is no route (${route})` } : { src: dial.bind ?? route.source, device: route.device, local: route.local }
  }

  private openSocket(dial: Dial, packet: Packet, leg: number): number {
    const id = this.kernel.cell.state.sockets.length
    const socket: Socket = {
      id, family: packet.family, protocol: packet.protocol, local: packet.src, localPort: packet.sport, remote: packet.dst, remotePort: packet.dport,
      state: 'connecting', transparent: dial.transparent, mark: dial.mark, uid: dial.uid, gid: dial.gid, process: dial.process, v6only: false, device: null, leg, listener: null,
    }
    this.kernel.cell.change((draft) => { draft.sockets.push(socket) })
    return id
  }

  /** What becomes of a packet whose way through this host is over. */
  settle(fate: Fate, role: PacketRole): void {
    this.journal.firstFate ??= fate
    if (this.kernel.handedTo.length > 0) this.journal.handed(this.kernel.handedTo.splice(0), role)
    switch (fate.kind) {
      case 'transmitted': this.journal.then(() => { this.surroundings.transmit(fate.skb, fate.device, role) }); return
      case 'delivered': this.journal.then(() => { this.deliver(fate.skb, fate.socket, role) }); return
      case 'dropped': this.drop(fate, role)
    }
  }

  private drop(fate: Extract<Fate, { kind: 'dropped' }>, role: PacketRole): void {
    const leg = this.journal.legOf(role, this)
    const answer = fate.reject ? rejection(this.kernel, fate.skb, fate.reject) : fate.unroutable ? unroutableError(this.kernel, fate.skb, fate.unroutable) : null
    if (answer) this.journal.then(() => { this.emit(answer, turned(role)) })
    // tcp_connect ignores what sending the SYN returned; a datagram's sender gets it.
    if (fate.error && leg && leg.dial.protocol !== Protocol.tcp && leg.socket !== null && fate.skb.socket === leg.socket) this.finish(leg.index, fate.error === 'not-permitted' ? 'not-permitted' : 'unreachable')
  }

  private deliver(skb: Skb, found: Socket | null, role: PacketRole): void {
    if (skb.icmp?.quoted) return this.datagrams.receiveError(skb, this.journal.legOf(role, this))
    if (skb.icmp) return this.datagrams.receivePing(skb, this.journal.legOf(role, this), role)
    const socket = found && (this.kernel.cell.state.sockets[found.id] ?? null)
    if (socket) this.kernel.tell?.({ kind: 'delivered', process: socket.process, port: socket.localPort, state: DELIVERED_TO[socket.state] })
    if (skb.protocol === Protocol.tcp) this.tcp.receive(skb, socket, role)
    else this.datagrams.receive(skb, socket, role)
  }

  accepted(socket: Socket, role: PacketRole): void {
    const listener = socket.listener === null ? null : this.kernel.cell.state.sockets[socket.listener]
    const port = listener?.localPort ?? socket.localPort
    const peer = peerName(socket, listener?.family ?? socket.family)
    const original = this.originalDestination(socket)
    const accept = { process: socket.process, remote: false, port, peer, originalDestination: socket.protocol === Protocol.tcp ? printEndpoint(original.address, original.port) : null }
    this.journal.accepted({ accept, end: printEndpoint(socket.local, socket.localPort), host: this.name, request: this.journal.legs[role.leg]?.dial.request ?? null })
    this.act?.(socket.process, `accepts on port ${port} from ${peer}`)
    const proceed = isProxyProcess(socket.process) ? this.proxy : this.passesOn(socket.process, port)
    if (socket.protocol === Protocol.tcp && proceed) this.proceed(socket, { port, original, proceed }, role)
  }

  /** getsockopt SO_ORIGINAL_DST (nf_conntrack_proto.c getorigdst), else the socket's own address. */
  private originalDestination(socket: Socket): { readonly address: Address; readonly port: number } {
    const { local, localPort, remote, remotePort, protocol } = socket
    const hit = remote && findConnection(this.kernel, { protocol, src: local, sport: localPort, dst: remote, dport: remotePort }, { zone: 0, zoneDirection: 'both' })
    return hit ? { address: hit.entry.original.dst, port: hit.entry.original.dport } : { address: local, port: localPort }
  }

  /** A proxy goes on with what it accepted. */
  private proceed(socket: Socket, { port, original, proceed }: Accepted, role: PacketRole): void {
    const peer = socket.remote ?? socket.local
    const request = this.journal.legs[role.leg]?.dial.request ?? null
    const destination = sameAddress(socket.local, original.address) && socket.localPort === original.port ? 'kept' : 'rewritten'
    const action = proceed({ port, peer, originalAddress: original.address, originalPort: original.port, request, destination })
    if (action.kind === 'serves') return
    const hop: Hop = { host: this.name, process: socket.process, port, peer: printEndpoint(peer, socket.remotePort), originalDestination: printEndpoint(original.address, original.port), request, action, leg: null }
    this.journal.hops.push(hop)
    if (action.kind === 'closes') return this.act?.(socket.process, `closes it: ${action.why}`)
    if (action.kind === 'answers') return this.act?.(socket.process, `answers ${action.status}: ${action.why}`)
    const { way } = action
    if (way !== undefined) this.act?.(socket.process, `goes by ${way}`)
    this.journal.then(() => {
      hop.leg = this.dial({
        protocol: Protocol.tcp, to: action.to, port: action.port, bind: action.bind, sport: null, transparent: action.transparent, mark: action.mark, request: action.request ?? request,
        uid: socket.uid, gid: socket.gid, process: socket.process, tcpFlags: null, length: null, from: port, parent: role.leg,
      }).index
    })
  }
}

/** What a program accepted, and how it goes on. */
interface Accepted {
  readonly port: number
  readonly original: { readonly address: Address; readonly port: number }
  readonly proceed: Proceed
}

/** A socket of IPv6 shows an IPv4 peer v4-mapped. */
function peerName({ remote, local }: Socket, family: Family): string {
  const peer = remote ?? local
  return family === 6 && peer.family === 4 ? `::ffff:${printAddress(peer)}` : printAddress(peer)
}

const DELIVERED_TO = { listening: 'listening', connecting: 'connecting', requested: 'connected', connected: 'connected', closed: 'connected' } as const

const initialState = ({ listening }: CompiledNetns): NetnsState => ({ skb: null, conntrack: [], sockets: [...listening], memory: {} })
