import { printAddress, printEndpoint } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { CompiledNetns, Environment, Kernel, Observer } from '../engine/kernel.ts'
import { bridge, freshSkb, receive } from '../engine/packetPath.ts'
import type { Fate, PacketRole } from '../engine/packetPath.ts'
import type { Packet, Skb } from '../netfilter/skb.ts'
import { acceptedByProxy } from '../proxy/acceptedByProxy.ts'
import type { MeshProfile } from '../proxy/meshProfile.ts'
import type { Connection } from './connection.ts'
import { FarEnd } from './farEnd.ts'
import { firstPacket, protocolOf } from './firstPacket.ts'
import { foreknown } from './foreknown.ts'
import { Host } from './host.ts'
import type { Surroundings } from './host.ts'
import type { Dial, Leg } from './leg.ts'
import type { Accept } from './outcome.ts'
import { turned } from './stage.ts'
import { WalkJournal } from './walkJournal.ts'

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

/** One connection through one namespace, its proxy and the far end: every packet of its handshake, and of those it causes. */
export class ConnectionWalk implements Surroundings {
  private readonly journal = new WalkJournal()
  private readonly host: Host
  private readonly fixed: CompiledNetns
  private readonly environment: Environment
  private readonly farEnd: FarEnd
  /** What conntrack is told of the first packet beforehand. */
  private begun: Connection['ctState'] = 'NEW'

  constructor(fixed: CompiledNetns, profile: MeshProfile, environment: Environment, observer: Observer | null) {
    this.fixed = fixed
    this.environment = environment
    this.host = new Host({ name: fixed.netns.name, fixed, proxy: (accept) => acceptedByProxy(profile, accept, environment.choose) }, { journal: this.journal, surroundings: this, environment, observer })
    this.farEnd = new FarEnd(fixed)
  }

  /** Its first packet alone; null where no packet is made, for there is no route. */
  first(connection: Connection): Fate | null {
    this.begun = connection.ctState
    if (connection.origin === 'local') this.host.dial(dialOf(connection))
    else this.dialFromOutside(connection)
    return this.journal.firstFate
  }

  run(connection: Connection): Walk {
    this.first(connection)
    this.journal.drain()
    const { legs, receptions, loops, handedTo } = this.journal
    return { legs, accepts: receptions.map(({ accept }) => accept), ends: receptions.map(({ end }) => end), loops, handedTo, unremembered: this.host.kernel.unremembered }
  }

  /** The connection's first packet comes with what conntrack is said to know of it; all others with nothing. */
  begin(kernel: Kernel, skb: Skb): Skb {
    const state = this.begun
    this.begun = 'NEW'
    this.farEnd.hasBegun(skb)
    return foreknown(kernel, skb, state)
  }

  private dialFromOutside(connection: Connection): void {
    const dial = dialOf(connection)
    const leg = this.journal.newLeg(dial, this.host)
    const packet = firstPacket(dial, connection.src ?? connection.dst, this.environment)
    const device = connection.in ?? this.farEnd.deviceTowards(packet.src)
    this.farEnd.dials(packet, device)
    this.host.act?.('far end', `${printAddress(packet.src)} dials ${printEndpoint(packet.dst, packet.dport)}`)
    this.arrive(packet, device, { leg: leg.index, reply: false })
  }

  /** A packet comes in by a device; neighbours on one link reach each other without this host, or over its bridge. */
  private arrive(packet: Packet, device: string, role: PacketRole): void {
    const skb = this.begin(this.host.kernel, freshSkb(packet))
    skb.in = device
    if (!this.fixed.fib.isNeighbour(packet.dst, device)) return this.host.settle(receive(this.host.kernel, skb, role), role)
    if (this.bridges(device)) return this.host.settle(bridge(this.host.kernel, skb, role), role)
    this.direct(skb, device, role)
  }

  /** Between two hosts outside, and so are the answers. */
  private direct(packet: Packet, device: string, role: PacketRole): void {
    this.journal.then(() => {
      const answer = this.outside(packet, device, role)
      if (answer) this.direct(answer, device, turned(role))
    })
  }

  /** A connection dialled here as somebody else (IP_TRANSPARENT) is answered to him, who never asked. */
  private bearsAnothersAddress({ protocol, src }: Packet, { leg, reply }: PacketRole): boolean {
    const dialledHere = !reply && (this.journal.legs[leg]?.socket ?? null) !== null
    return dialledHere && protocol === Protocol.tcp && !this.fixed.fib.isLocal(src)
  }

  private bridges(device: string): boolean {
    return this.fixed.netns.interfaces.some(({ master }) => master === device) && this.host.kernel.sysctl('net.bridge.bridge-nf-call-iptables', 0) > 0
  }

  /** An answer comes by the way the packet went. */
  transmit(skb: Skb, device: string, role: PacketRole): void {
    const answer = this.outside(skb, device, role)
    if (answer) this.arrive(answer, device, turned(role))
  }

  /** The far end gets a packet; what it answers. */
  private outside(packet: Packet, device: string, role: PacketRole): Packet | null {
    if (this.bearsAnothersAddress(packet, role)) return null
    const { accept, result, answer } = this.farEnd.receives(packet, device)
    if (accept) {
      this.journal.accepted({ accept, end: printEndpoint(packet.dst, packet.dport), host: 'far end', request: null })
      this.host.act?.('far end', `${printEndpoint(packet.dst, packet.dport)} accepts from ${accept.peer}`)
    }
    if (result) this.journal.finish(0, result)
    return answer
  }
}

const dialOf = (connection: Connection): Dial => ({
  protocol: protocolOf(connection), to: connection.dst, port: connection.dport, bind: connection.src, sport: connection.sport,
  transparent: connection.transparent, mark: connection.mark, uid: connection.uid, gid: connection.gid, process: 'client', tcpFlags: connection.tcpFlags, length: connection.length, request: null, from: null, parent: null,
})
