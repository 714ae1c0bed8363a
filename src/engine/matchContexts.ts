import { anyAddress, isAnyAddress, sameAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import type { AddressType, MatchContext, SocketView } from '../extensions/matchContext.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import type { Ternary, Unknown } from '../netfilter/ternary.ts'
import { inSet } from './ipset.ts'
import type { Kernel } from './kernel.ts'
import { validSource } from './routing.ts'
import { isOlder } from '../host/netns.ts'
import { endsBeforeNat, socketEnds } from './socketEnds.ts'
import { establishedSocket, listeningSocket } from './socketLookup.ts'
import type { Endpoints } from './socketLookup.ts'

/** What the extensions may ask of a running kernel at one hook. */
export class KernelContext implements MatchContext {
  readonly hook: Hook
  private readonly kernel: Kernel

  constructor(kernel: Kernel, hook: Hook) {
    this.kernel = kernel
    this.hook = hook
  }

  get now(): number | null {
    return this.kernel.environment.now
  }

  ct(skb: Skb): CtEntry | null {
    if (skb.ct !== null || !skb.ctTemplate || skb.ctTemplate.notrack) return this.kernel.ctOf(skb)
    return template(skb.family)
  }

  addressType(address: Address, device: string | null): AddressType {
    const type = this.kernel.fixed.fib.addressType(address, device)
    return type === null || type === 'throw' ? 'UNSPEC' : ADDRESS_TYPES[type]
  }

  addressesOf(device: string): readonly Address[] {
    return this.kernel.fixed.netns.interfaces.find(({ name }) => name === device)?.addresses.filter(({ address }) => address.family === this.kernel.skb.family).map(({ address }) => address) ?? []
  }

  sourceTowards(to: Address, device: string): Address | null {
    return this.kernel.fixed.fib.sourceFor(device, to)
  }

  socketOf(skb: Skb): SocketView | null {
    const { state } = this.kernel.cell
    this.kernel.environment.delivered?.(skb)
    // xt_socket takes the socket the packet has already (TPROXY), before it looks for one.
    const given = skb.socket === null ? null : (state.sockets[skb.socket] ?? null)
    const ends = given ? null : this.socketEnds(skb)
    const socket = given ?? (ends && (establishedSocket(state, ends) ?? listeningSocket(state, ends, skb.in)))
    return socket && { transparent: socket.transparent, wildcard: socket.remote === null && isAnyAddress(socket.local), mark: socket.mark }
  }

  private socketEnds(skb: Skb): Endpoints | null {
    const ends = socketEnds(skb)
    const before = ends && endsBeforeNat(ends, skb, this.kernel.ctOf(skb))
    return before && (skb.family === 4 || this.kernel.decide(this.looksBehindNat)) ? before : ends
  }

  /** IPv6 does so since Linux 6.15 (932b32ffd760, "netfilter: socket: Lookup orig tuple for IPv6 SNAT"), and where that was taken over. */
  private get looksBehindNat(): Ternary {
    const { release } = this.kernel.fixed.netns
    return release !== null && !isOlder(release, 6, 15) ? true : BEHIND_NAT
  }

  reversePath(skb: Skb, strictness: 'strict' | 'loose', mark: number): boolean {
    return validSource(this.kernel, skb, strictness === 'strict' ? 1 : 2, mark)
  }

  senderMac({ src, in: device }: Skb): string | null {
    return this.kernel.fixed.netns.neighbours.find((each) => each.device === device && sameAddress(each.address, src))?.mac ?? null
  }

  inSet(set: string, fields: readonly string[], skb: Skb): Ternary {
    return inSet(this.kernel.fixed.netns.sets, set, fields, skb)
  }

  setMark(mark: number): void {
    const { mark: before } = this.kernel.skb
    this.kernel.changeSkb((draft) => { draft.mark = mark })
    this.kernel.tell?.({ kind: 'markSet', from: before, to: mark })
  }

  recall(key: string): readonly number[] | null {
    const kept = this.kernel.cell.state.memory[key] ?? null
    if (kept === null && !this.kernel.unremembered.includes(key)) this.kernel.unremembered.push(key)
    return kept
  }

  remember(key: string, value: readonly number[]): void {
    this.kernel.cell.change((draft) => { draft.memory[key] = value })
  }
}

const BEHIND_NAT: Unknown = {
  code: 'kernel-release', message: 'whether -m socket finds the IPv6 socket whose source NAT has changed depends on the kernel: it does since Linux 6.15 (add the output of `uname -r`)', probability: null, key: 'socket behind NAT',
}

/** What rules of raw see behind `CT --zone`: nf_ct_tmpl_alloc's connection, in which nothing is set. */
function template(family: Family): CtEntry {
  const address = anyAddress(family)
  const nothing: Tuple = { protocol: 0, src: address, sport: 0, dst: address, dport: 0 }
  return { ...UNTOUCHED, original: nothing, reply: nothing }
}

const UNTOUCHED = {
  id: -1, zone: 0, zoneDirection: 'both', mark: 0, confirmed: false, seenReply: false, assured: false, srcNat: false, dstNat: false, srcNatDone: false, dstNatDone: false, tcpState: 'NONE',
} as const

const ADDRESS_TYPES = {
  unicast: 'UNICAST', local: 'LOCAL', broadcast: 'BROADCAST', multicast: 'MULTICAST', anycast: 'ANYCAST',
  blackhole: 'BLACKHOLE', unreachable: 'UNREACHABLE', prohibit: 'PROHIBIT',
} as const
