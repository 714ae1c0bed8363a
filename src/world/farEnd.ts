import { isLoopback, printAddress, printEndpoint, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import { TcpFlag } from '../net/tcpFlags.ts'
import { reversed } from '../engine/answer.ts'
import type { CompiledNetns } from '../engine/kernel.ts'
import { skbTuple } from '../engine/skbTuple.ts'
import type { Packet } from '../netfilter/skb.ts'
import { invert, sameTuple } from '../netfilter/tuple.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import { icmpResult } from './icmpResult.ts'
import type { Accept, Result } from './outcome.ts'

/** What the far end does with a packet that reaches it. */
export interface FarStep {
  /** What it sends back, by the device the packet came from. */
  readonly answer: Packet | null
  readonly accept: Accept | null
  /** How its own dial went. */
  readonly result: Result | null
}

const NOTHING: FarStep = { answer: null, accept: null, result: null }

/** All that is not in this namespace: every address answers, on every port, and one of them may dial. */
export class FarEnd {
  private readonly fixed: CompiledNetns
  /** Its own dial, as it sees it, and how far it has got. */
  private own: { readonly tuple: Tuple; state: 'connecting' | 'connected' | 'closed' } | null = null

  /** SYNs it has answered. */
  private readonly requests: Tuple[] = []

  /** The port of the connection's client. */
  private askedFrom: number | null = null

  /** The interface of this namespace behind which it dials. */
  private ownDevice: string | null = null

  constructor(fixed: CompiledNetns) {
    this.fixed = fixed
  }

  /** Somebody, here or there, has sent the connection's first packet. */
  hasBegun({ sport }: Packet): void {
    this.askedFrom ??= sport
  }

  dials(packet: Packet, device: string): void {
    this.ownDevice = device
    this.own = { tuple: skbTuple(packet), state: 'connecting' }
  }

  /** The device by which packets of an address outside come in. */
  deviceTowards(address: Address): string {
    const found = this.fixed.fib.lookup({ family: address.family, src: null, dst: address, mark: 0, in: null, out: null, uid: 0 }, () => false)
    const device = typeof found === 'string' ? null : found.route.device
    return device !== null && device !== 'lo' ? device : (this.fixed.netns.interfaces.find(({ name }) => name !== 'lo')?.name ?? 'eth0')
  }

  receives(packet: Packet, device: string): FarStep {
    if (this.circles(packet, device) || isNobodys(packet.dst)) return NOTHING
    if (sameAddress(packet.src, packet.dst) || isNobodys(packet.src)) return this.unanswerable(packet)
    if (this.own && this.isForOwn(packet)) return this.answered(packet)
    if (packet.icmp?.quoted) return this.errorReceived(packet)
    if (packet.icmp) return this.pinged(packet)
    if (packet.protocol === Protocol.tcp) return this.segment(packet)
    // An answer that is not from where it was asked: the asker's socket is connected elsewhere, and nobody else serves on its port.
    return packet.dport === this.askedFrom ? NOTHING : this.datagram(packet)
  }

  /**
   * From the host's own address, or from one it has no way to: over IPv4 a martian source, which is dropped, as ::1 is (ipv6_rcv).
   * Else over IPv6 a datagram still arrives, and who is sent his own ping answers himself.
   */
  private unanswerable(packet: Packet): FarStep {
    if (packet.family === 4 || isLoopback(packet.src)) return NOTHING
    if (packet.protocol === Protocol.udp) return { ...NOTHING, accept: acceptOf(packet, null) }
    const own = this.own?.tuple
    const self = packet.icmp?.type === 128 && own?.protocol === Protocol.icmpv6 && own.sport === packet.icmp.id && sameAddress(own.src, packet.dst)
    return self ? { ...NOTHING, result: 'connected' } : NOTHING
  }

  private isForOwn(packet: Packet): boolean {
    const { tuple } = this.own ?? {}
    if (!tuple) return false
    const asked = invert(skbTuple(packet))
    // ping takes any answer with its id, whoever sends it.
    return sameTuple(packet.icmp ? { ...asked, dst: tuple.dst } : asked, tuple)
  }

  /** An answer to its own dial. */
  private answered(packet: Packet): FarStep {
    if (!this.own || this.own.state !== 'connecting') return NOTHING
    const refused = packet.protocol === Protocol.tcp && (packet.tcpFlags & TcpFlag.RST) !== 0
    this.own.state = refused ? 'closed' : 'connected'
    if (refused) return { ...NOTHING, result: 'refused' }
    return { ...NOTHING, result: 'connected', answer: packet.protocol === Protocol.tcp ? reversed(packet, TcpFlag.ACK) : null }
  }

  private errorReceived(packet: Packet): FarStep {
    const quoted = packet.icmp?.quoted
    if (!this.own || !quoted || !sameTuple(quoted, this.own.tuple)) return NOTHING
    return { ...NOTHING, result: icmpResult(packet, quoted.protocol) }
  }

  private pinged(packet: Packet): FarStep {
    const request = packet.family === 4 ? 8 : 128
    if (packet.icmp?.type !== request) return NOTHING
    const icmp = { ...packet.icmp, type: packet.family === 4 ? 0 : 129 }
    return { ...NOTHING, answer: { ...reversed(packet, 0), icmp } }
  }

  private segment(packet: Packet): FarStep {
    const kind = packet.tcpFlags & (TcpFlag.SYN | TcpFlag.ACK | TcpFlag.RST)
    if (kind === TcpFlag.SYN) return this.requested(packet)
    if (kind === TcpFlag.ACK && this.requests.some((tuple) => sameTuple(tuple, skbTuple(packet)))) return { ...NOTHING, accept: acceptOf(packet, printEndpoint(packet.dst, packet.dport)) }
    if (kind & TcpFlag.RST) return NOTHING
    // A SYN-ACK nobody asked for, an ACK of nothing.
    return { ...NOTHING, answer: reversed(packet, TcpFlag.RST) }
  }

  private requested(packet: Packet): FarStep {
    this.requests.push(skbTuple(packet))
    return { ...NOTHING, answer: reversed(packet, TcpFlag.SYN | TcpFlag.ACK) }
  }

  private datagram(packet: Packet): FarStep {
    return { result: null, accept: acceptOf(packet, null), answer: reversed(packet, 0) }
  }

  /** What came back out by the interface its dialler stands behind, and is no neighbour there, is routed in circles. */
  private circles(packet: Packet, device: string): boolean {
    return this.ownDevice === device && !this.fixed.fib.isNeighbour(packet.dst, device) && this.own !== null && sameAddress(packet.src, this.own.tuple.src) && sameAddress(packet.dst, this.own.tuple.dst)
  }
}

/** Addresses no host out there has: loopback, 0.0.0.0/8, and IPv6's reserved ::/96 (::6 among them). */
const isNobodys = (address: Address): boolean =>
  isLoopback(address) || (address.family === 4 ? address.d >>> 24 === 0 : address.a === 0 && address.b === 0 && address.c === 0)

const acceptOf = (packet: Packet, originalDestination: string | null): Accept => ({
  process: 'remote', remote: true, port: packet.dport, peer: printAddress(packet.src), originalDestination,
})
