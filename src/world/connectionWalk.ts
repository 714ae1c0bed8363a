import { isAnyAddress, isLinkLocal, printAddress, printEndpoint } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import { rejection, unroutableError } from '../engine/answer.ts'
import { findConnection } from '../engine/conntrackTable.ts'
import { Kernel } from '../engine/kernel.ts'
import type { CompiledNetns, Environment } from '../engine/kernel.ts'
import { bridge, freshSkb, output, receive } from '../engine/packetPath.ts'
import type { Fate, PacketRole } from '../engine/packetPath.ts'
import { routeConnect, routeOutput } from '../engine/routing.ts'
import type { NetnsState, Socket } from '../engine/state.ts'
import { PlainCell, RecordedCell } from '../engine/stateCell.ts'
import type { Packet, Skb } from '../netfilter/skb.ts'
import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { acceptedByProxy } from '../proxy/acceptedByProxy.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import { DatagramEndpoint } from './datagramEndpoint.ts'
import { FarEnd } from './farEnd.ts'
import { firstPacket, protocolOf } from './firstPacket.ts'
import { foreknown } from './foreknown.ts'
import { repeatsAncestor } from './leg.ts'
import type { Dial, Leg } from './leg.ts'
import type { Accept, Result } from './outcome.ts'
import { turned } from './stage.ts'
import type { Stage } from './stage.ts'
import { TcpEndpoint } from './tcpEndpoint.ts'

/** What a walk gave, before it is judged. */
export interface Walk {
  readonly legs: readonly Leg[]
  readonly accepts: readonly Accept[]
  /** The address and port at which each of them accepted, as the packet had it there. */
  readonly ends: readonly string[]
  readonly loops: boolean
  /** Ports of this host to which rules turned the connection asked about. */
  readonly handedTo: readonly number[]
  /** Memories of rules (limit, recent, nth) that were taken to be fresh. */
  readonly unremembered: readonly string[]
}

/** No working mesh makes this many dials of one. */
const MAX_LEGS = 24

/** That many dials have no more steps than this, unless programs answer each other's answers for ever. */
const MAX_STEPS = 1000

/** One connection through one namespace, its proxy and the far end: every packet of its handshake, and of those it causes. */
export class ConnectionWalk implements Stage {
  readonly kernel: Kernel
  private readonly profile: MeshProfile
  private readonly farEnd: FarEnd
  private readonly tcp = new TcpEndpoint(this)
  private readonly datagrams = new DatagramEndpoint(this)
  private readonly legs: Leg[] = []
  private readonly accepts: Accept[] = []
  private readonly ends: string[] = []
  private readonly queue: (() => void)[] = []
  private readonly handedTo: number[] = []
  private loops = false
  /** What conntrack is told of the first packet beforehand. */
  private begun: Connection['ctState'] = 'NEW'

  constructor(fixed: CompiledNetns, profile: MeshProfile, environment: Environment, observer: ((event: TraceEvent) => void) | null) {
    const state = initialState(fixed)
    this.kernel = new Kernel(fixed, observer ? new RecordedCell(state) : new PlainCell(state), environment, observer)
    this.profile = profile
    this.farEnd = new FarEnd(fixed)
  }

  run(connection: Connection): Walk {
    this.begun = connection.ctState
    if (connection.origin === 'local') this.dial(dialOf(connection))
    else this.dialFromOutside(connection)
    this.drain()
    return { legs: this.legs, accepts: this.accepts, ends: this.ends, loops: this.loops, handedTo: this.handedTo, unremembered: [...this.kernel.unremembered] }
  }

  private drain(): void {
    let steps = 0
    for (let next = this.queue.shift(); next; next = this.queue.shift()) {
      steps += 1
      if (steps > MAX_STEPS) {
        this.loops = true
        return
      }
      next()
    }
  }

  act(who: string, what: string): void {
    this.kernel.tell(() => ({ kind: 'acted', who, what }))
  }

  finish(leg: number, result: Result): void {
    const own = this.legs[leg]
    if (own) own.result ??= result
  }

  emit(skb: Skb | null, role: PacketRole): void {
    if (!skb) return
    this.settle(output(this.kernel, skb, role), role)
  }

  private newLeg(dial: Dial): Leg {
    const leg: Leg = { index: this.legs.length, dial, memory: JSON.stringify(this.kernel.cell.state.memory), socket: null, result: null }
    this.legs.push(leg)
    return leg
  }

  private dialFromOutside(connection: Connection): void {
    const dial = dialOf(connection)
    const leg = this.newLeg(dial)
    const packet = firstPacket(dial, connection.src ?? connection.dst, this.kernel.environment)
    const device = connection.in ?? this.farEnd.deviceTowards(packet.src)
    this.farEnd.dials(packet, device)
    this.act('far end', `${printAddress(packet.src)} dials ${printEndpoint(packet.dst, packet.dport)}`)
    this.arrive(packet, device, { leg: leg.index, reply: false })
  }

  /** connect() or sendto() of a process in this namespace. */
  private dial(dial: Dial): void {
    const leg = this.newLeg(dial)
    if (repeatsAncestor(this.legs, leg) || this.legs.length > MAX_LEGS) {
      this.loops = true
      leg.result = 'loop'
      return
    }
    const source = this.sourceOf(dial)
    if ('error' in source) {
      leg.result = 'unreachable'
      return this.act(dial.process, `cannot dial ${printEndpoint(dial.to, dial.port)}: ${source.error}`)
    }
    const packet = firstPacket(dial, source.src, this.kernel.environment)
    leg.socket = this.openSocket(dial, packet, leg.index)
    this.act(dial.process, `dials ${printEndpoint(dial.to, dial.port)} from ${printAddress(source.src)}`)
    this.emit({ ...this.firstSkb(packet), mark: dial.mark, out: source.device, route: source.local ? 'local' : 'forward', owner: { kind: 'file', uid: dial.uid, gid: dial.gid }, socket: leg.socket }, { leg: leg.index, reply: false })
  }

  private sourceOf(dial: Dial): { readonly src: Address; readonly device: string; readonly local: boolean } | { readonly error: string } {
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

  /** A packet comes in by a device; neighbours on one link reach each other without this host, or over its bridge. */
  private arrive(packet: Packet, device: string, role: PacketRole): void {
    const skb = { ...this.firstSkb(packet), in: device }
    if (!this.kernel.fixed.fib.isNeighbour(packet.dst, device)) return this.settle(receive(this.kernel, skb, role), role)
    if (this.bridges(device)) return this.settle(bridge(this.kernel, skb, role), role)
    this.direct(skb, device, role)
  }

  /** Between two hosts outside, and so are the answers. */
  private direct(packet: Packet, device: string, role: PacketRole): void {
    this.queue.push(() => {
      const answer = this.outside(packet, device, role)
      if (answer) this.direct(answer, device, turned(role))
    })
  }

  /** The connection's first packet comes with what conntrack is said to know of it; all others with nothing. */
  private firstSkb(packet: Packet): Skb {
    const state = this.begun
    this.begun = 'NEW'
    return foreknown(this.kernel, freshSkb(packet), state)
  }

  private bridges(device: string): boolean {
    return this.kernel.fixed.netns.interfaces.some(({ master }) => master === device) && this.kernel.sysctl('net.bridge.bridge-nf-call-iptables', 0) > 0
  }

  private settle(fate: Fate, role: PacketRole): void {
    if (role.leg === 0) this.handedTo.push(...this.kernel.handedTo)
    this.kernel.handedTo.length = 0
    switch (fate.kind) {
      case 'transmitted': this.queue.push(() => { this.transmit(fate.skb, fate.device, role) }); return
      case 'delivered': this.queue.push(() => { this.deliver(fate.skb, fate.socket, role) }); return
      case 'dropped': this.drop(fate, role)
    }
  }

  private drop(fate: Extract<Fate, { kind: 'dropped' }>, role: PacketRole): void {
    const leg = this.legs[role.leg]
    const answer = fate.reject ? rejection(this.kernel, fate.skb, fate.reject) : fate.unroutable ? unroutableError(this.kernel, fate.skb, fate.unroutable) : null
    if (answer) this.queue.push(() => { this.emit(answer, turned(role)) })
    // tcp_connect ignores what sending the SYN returned; a datagram's sender gets it.
    if (fate.error && leg && leg.dial.protocol !== Protocol.tcp && leg.socket !== null && fate.skb.socket === leg.socket) this.finish(leg.index, fate.error === 'not-permitted' ? 'not-permitted' : 'unreachable')
  }

  /** An answer comes by the way the packet went. */
  private transmit(skb: Skb, device: string, role: PacketRole): void {
    const answer = this.outside(skb, device, role)
    if (answer) this.arrive(answer, device, turned(role))
  }

  /** The far end gets a packet; what it answers. */
  private outside(packet: Packet, device: string, role: PacketRole): Packet | null {
    const { accept, result, answer } = this.farEnd.receives(packet, device, role)
    if (accept) {
      this.accepts.push(accept)
      this.ends.push(printEndpoint(packet.dst, packet.dport))
      this.act('far end', `${printEndpoint(packet.dst, packet.dport)} accepts from ${accept.peer}`)
    }
    if (result) this.finish(0, result)
    return answer
  }

  private deliver(skb: Skb, found: Socket | null, role: PacketRole): void {
    if (skb.icmp?.quoted) return this.datagrams.receiveError(skb, this.legs[role.leg])
    if (skb.icmp) return this.datagrams.receivePing(skb, this.legs[role.leg], role)
    const socket = found && (this.kernel.cell.state.sockets[found.id] ?? null)
    if (socket) this.kernel.tell(() => ({ kind: 'delivered', process: socket.process, port: socket.localPort, state: DELIVERED_TO[socket.state] }))
    if (skb.protocol === Protocol.tcp) this.tcp.receive(skb, socket, role)
    else this.datagrams.receive(skb, socket, role)
  }

  accepted(socket: Socket, role: PacketRole): void {
    const listener = socket.listener === null ? null : this.kernel.cell.state.sockets[socket.listener]
    const port = listener?.localPort ?? socket.localPort
    const peer = peerName(socket, listener?.family ?? socket.family)
    const original = this.originalDestination(socket)
    this.accepts.push({ process: socket.process, remote: false, port, peer, originalDestination: socket.protocol === Protocol.tcp ? printEndpoint(original.address, original.port) : null })
    this.ends.push(printEndpoint(socket.local, socket.localPort))
    this.act(socket.process, `accepts on port ${port} from ${peer}`)
    if (socket.protocol === Protocol.tcp && isProxyProcess(socket.process)) this.proceed(socket, port, original, role)
  }

  /** getsockopt SO_ORIGINAL_DST (nf_conntrack_proto.c getorigdst), else the socket's own address. */
  private originalDestination(socket: Socket): { readonly address: Address; readonly port: number } {
    const { local, localPort, remote, remotePort, protocol } = socket
    const hit = remote && findConnection(this.kernel, { protocol, src: local, sport: localPort, dst: remote, dport: remotePort }, { zone: 0, zoneDirection: 'both' })
    return hit ? { address: hit.entry.original.dst, port: hit.entry.original.dport } : { address: local, port: localPort }
  }

  /** The proxy goes on with what it accepted. */
  private proceed(socket: Socket, port: number, original: { readonly address: Address; readonly port: number }, role: PacketRole): void {
    const action = acceptedByProxy(this.profile, { port, peer: socket.remote ?? socket.local, originalAddress: original.address, originalPort: original.port })
    if (action.kind === 'serves') return
    if (action.kind === 'closes') return this.act(socket.process, `closes it: ${action.why}`)
    this.queue.push(() => {
      this.dial({
        protocol: Protocol.tcp, to: action.to, port: action.port, bind: action.bind, sport: null, transparent: action.transparent, mark: action.mark,
        uid: socket.uid, gid: socket.gid, process: socket.process, tcpFlags: null, length: null, from: port, parent: role.leg,
      })
    })
  }
}

/** A socket of IPv6 shows an IPv4 peer v4-mapped. */
function peerName({ remote, local }: Socket, family: Family): string {
  const peer = remote ?? local
  return family === 6 && peer.family === 4 ? `::ffff:${printAddress(peer)}` : printAddress(peer)
}

const DELIVERED_TO = { listening: 'listening', connecting: 'connecting', requested: 'connected', connected: 'connected', closed: 'connected' } as const

function initialState(fixed: CompiledNetns): NetnsState {
  const sockets = fixed.netns.listeners.map((listener, id): Socket => ({
    id, family: listener.address.family, protocol: listener.protocol, local: listener.address, localPort: listener.port, remote: null, remotePort: 0, state: 'listening',
    transparent: listener.transparent, mark: listener.mark, uid: listener.uid, gid: listener.gid, process: listener.process, v6only: listener.v6only, device: listener.device, leg: null, listener: null,
  }))
  return { skb: null, conntrack: [], sockets, memory: {} }
}

const dialOf = (connection: Connection): Dial => ({
  protocol: protocolOf(connection), to: connection.dst, port: connection.dport, bind: connection.src, sport: connection.sport,
  transparent: connection.transparent, mark: connection.mark, uid: connection.uid, gid: connection.gid, process: 'client', tcpFlags: connection.tcpFlags, length: connection.length, from: null, parent: null,
})
