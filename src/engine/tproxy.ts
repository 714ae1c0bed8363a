import { isAnyAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { Protocol } from '../net/protocol.ts'
import type { Effect } from '../extensions/effect.ts'
import type { RuleVerdict } from '../netfilter/verdict.ts'
import { changedMark } from '../extensions/markChange.ts'
import type { Kernel } from './kernel.ts'
import { establishedSocket, listeningSocket } from './socketLookup.ts'
import type { Socket } from './state.ts'

type Tproxy = Extract<Effect, { kind: 'tproxy' }>

/** xt_TPROXY.c tproxy_tg4: without a transparent socket the packet is dropped without a word. */
export function tproxyVerdict(kernel: Kernel, effect: Tproxy): RuleVerdict {
  const { protocol } = kernel.skb
  if (protocol !== Protocol.tcp && protocol !== Protocol.udp) return 'CONTINUE'
  return socketFor(kernel, effect)?.transparent ? 'ACCEPT' : 'DROP'
}

/** Established first, else the listener on the target's port. */
function socketFor(kernel: Kernel, { address, port }: Tproxy): Socket | null {
  const { skb } = kernel
  const { state } = kernel.cell
  const local = address && !isAnyAddress(address) ? address : localAddress(kernel)
  return establishedSocket(state, skb) ?? listeningSocket(state, { ...skb, dst: local, dport: port || skb.dport }, skb.in)
}

/** The packet gets the socket and the mark. */
export function applyTproxy(kernel: Kernel, effect: Tproxy): void {
  const { skb } = kernel
  if (skb.protocol !== Protocol.tcp && skb.protocol !== Protocol.udp) return
  kernel.handTo(effect.port || skb.dport)
  const socket = socketFor(kernel, effect)
  if (!socket?.transparent) return kernel.tell?.({ kind: 'dropped', code: 'tproxy-no-socket', why: noSocket(socket, effect.port) })
  const { mark: before } = skb
  kernel.changeSkb((draft) => { draft.socket = socket.id; draft.mark = changedMark(draft.mark, { value: effect.mark, mask: effect.mask }) })
  kernel.tell?.({ kind: 'tproxied', port: socket.localPort, process: socket.process })
  const { mark } = kernel.skb
  if (mark !== before) kernel.tell?.({ kind: 'markSet', from: before, to: mark })
}

const noSocket = (socket: Socket | null, port: number): string =>
  socket ? `the socket on port ${socket.localPort} is not transparent (IP_TRANSPARENT), so TPROXY drops the packet` : `nothing listens on port ${port}, so TPROXY drops the packet`

/** tproxy_laddr4: the first primary address of the interface; IPv6 and an interface without one: the packet's own. */
function localAddress(kernel: Kernel): Address {
  const { skb } = kernel
  return kernel.fixed.fib.addressesOf(skb.in ?? '', skb.family).find(({ secondary }) => !secondary)?.address ?? skb.dst
}
