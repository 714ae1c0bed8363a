import { sameAddress } from '../net/address.ts'
import type { RejectWith } from '../extensions/effect.ts'
import type { FibError } from '../host/fib.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { Packet, Skb } from '../netfilter/skb.ts'
import { runHook } from './hooks.ts'
import type { HookVerdict } from './hooks.ts'
import type { Kernel } from './kernel.ts'
import { describeRoute, routeInput } from './routing.ts'
import type { OutputError } from './routing.ts'
import { socketFor } from './socketLookup.ts'
import type { Socket } from './state.ts'

/** Where a packet's way through this namespace ended. */
export type Fate =
  | { readonly kind: 'transmitted'; readonly device: string; readonly skb: Skb }
  | { readonly kind: 'delivered'; readonly socket: Socket | null; readonly skb: Skb }
  | {
      readonly kind: 'dropped'
      readonly hook: Hook | null
      readonly skb: Skb
      readonly reject: RejectWith | null
      /** What the sender's system call gets, where it was still in it. */
      readonly error: OutputError | 'not-permitted' | null
      /** The host itself tells the sender that there is no way (ip_error). */
      readonly unroutable: FibError | null
    }

/** Which leg of a walk a packet belongs to, and which way it goes. */
export interface PacketRole {
  readonly leg: number
  readonly reply: boolean
}

/** A packet fresh from the wire or from a socket. Written out, so that all have one shape: a walk makes a dozen. */
export const freshSkb = ({ family, protocol, src, dst, sport, dport, tcpFlags, icmp, ttl, tos, length }: Packet): Skb => ({
  family, protocol, src, dst, sport, dport, tcpFlags, icmp, ttl, tos, length, mark: 0, in: null, out: null, ct: null, ctTemplate: null, owner: null, socket: null, route: null,
})

/**
 * The way of a packet this namespace makes: OUTPUT, POSTROUTING, and back in over lo if that is where it goes.
 *
 *   socket ─► route ─► OUTPUT (raw, conntrack, mangle ↻, nat ↻, filter) ─► POSTROUTING (mangle, nat, confirm) ─► device
 */
export function output(kernel: Kernel, skb: Skb, role: PacketRole): Fate {
  kernel.cell.change((draft) => { draft.skb = skb })
  kernel.tell?.({ kind: 'packetEntered', skb: { ...kernel.skb }, leg: role.leg, reply: role.reply })
  const sent = runHook(kernel, 'OUTPUT')
  if (sent.verdict !== 'ACCEPT') return dropped(kernel, 'OUTPUT', sent)
  return leave(kernel, role)
}

function leave(kernel: Kernel, role: PacketRole): Fate {
  const left = runHook(kernel, 'POSTROUTING')
  if (left.verdict !== 'ACCEPT') return dropped(kernel, 'POSTROUTING', left)
  const device = kernel.skb.out ?? 'lo'
  kernel.tell?.({ kind: 'transmitted', device })
  if (device !== 'lo') return { kind: 'transmitted', device, skb: kernel.skb }
  return loopBack(kernel, role)
}

/** loopback_xmit: the socket is let go; mark, connection and route stay. Conntrack looks again at what was invalid: nothing was noted of it. */
function loopBack(kernel: Kernel, role: PacketRole): Fate {
  const { skb } = kernel
  const looped = freshSkb(skb)
  looped.mark = skb.mark
  looped.in = 'lo'
  looped.ct = skb.ct?.kind === 'invalid' ? null : skb.ct
  looped.route = skb.route === 'local' ? 'local' : null
  return receive(kernel, looped, role)
}

/**
 * The way of a packet that comes in by a device.
 *
 *   device ─► PREROUTING (raw, conntrack, mangle, nat) ─► route ─┬─► INPUT (mangle, filter, nat, confirm) ─► socket
 *                                                                └─► FORWARD (mangle, filter) ─► POSTROUTING ─► device
 */
export function receive(kernel: Kernel, skb: Skb, role: PacketRole): Fate {
  kernel.cell.change((draft) => { draft.skb = skb })
  kernel.tell?.({ kind: 'packetEntered', skb: { ...kernel.skb }, leg: role.leg, reply: role.reply })
  const come = runHook(kernel, 'PREROUTING')
  if (come.verdict !== 'ACCEPT') return dropped(kernel, 'PREROUTING', come)
  return kernel.skb.route === 'local' ? deliver(kernel) : routed(kernel, role)
}

function routed(kernel: Kernel, role: PacketRole): Fate {
  const route = routeInput(kernel)
  switch (route.kind) {
    case 'drop':
      kernel.tell?.({ kind: 'dropped', code: route.code, why: route.why })
      return { kind: 'dropped', hook: null, skb: kernel.skb, reject: null, error: null, unroutable: null }
    case 'unreachable':
      kernel.tell?.({ kind: 'dropped', code: 'no-route', why: route.why })
      return { kind: 'dropped', hook: null, skb: kernel.skb, reject: null, error: null, unroutable: route.error }
    case 'local':
      kernel.changeSkb((draft) => { draft.route = 'local' })
      kernel.tell?.({ kind: 'routed', outcome: 'local', device: route.device, why: describeRoute(route.found) })
      return deliver(kernel)
    case 'forward':
      kernel.changeSkb((draft) => { draft.out = route.device; draft.route = 'forward'; draft.ttl -= 1 })
      kernel.tell?.({ kind: 'routed', outcome: 'forward', device: route.device, why: describeRoute(route.found) })
      return forward(kernel, role)
  }
}

/** Between two ports of a bridge, with bridge-nf-call-iptables: the hooks see the frame, no route is looked up unless NAT turned it. */
export function bridge(kernel: Kernel, skb: Skb, role: PacketRole): Fate {
  const { dst, in: device } = skb
  kernel.cell.change((draft) => { draft.skb = skb })
  kernel.tell?.({ kind: 'packetEntered', skb: { ...kernel.skb }, leg: role.leg, reply: role.reply })
  const come = runHook(kernel, 'PREROUTING')
  if (come.verdict !== 'ACCEPT') return dropped(kernel, 'PREROUTING', come)
  if (!sameAddress(kernel.skb.dst, dst)) return routed(kernel, role)
  kernel.changeSkb((draft) => { draft.out = device; draft.route = 'forward' })
  kernel.tell?.({ kind: 'routed', outcome: 'forward', device: device ?? '', why: 'bridged, not routed' })
  return forward(kernel, role)
}

function forward(kernel: Kernel, role: PacketRole): Fate {
  const passed = runHook(kernel, 'FORWARD')
  return passed.verdict === 'ACCEPT' ? leave(kernel, role) : dropped(kernel, 'FORWARD', passed)
}

function deliver(kernel: Kernel): Fate {
  const taken = runHook(kernel, 'INPUT')
  if (taken.verdict !== 'ACCEPT') return dropped(kernel, 'INPUT', taken)
  kernel.environment.delivered?.(kernel.skb)
  const socket = socketFor(kernel.cell.state, kernel.skb)
  return { kind: 'delivered', socket, skb: kernel.skb }
}

function dropped(kernel: Kernel, hook: Hook, { reject, error, verdict }: HookVerdict): Fate {
  if (verdict === 'DROP') kernel.tell?.({ kind: 'dropped', code: reject ? 'rejected' : 'dropped', why: reject ? `rejected in ${hook}` : `dropped in ${hook}` })
  const local = hook === 'OUTPUT' || (hook === 'POSTROUTING' && kernel.skb.owner !== null)
  return { kind: 'dropped', hook, skb: kernel.skb, reject, error: error ?? (local ? 'not-permitted' : null), unroutable: null }
}
