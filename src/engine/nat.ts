import { printEndpoint, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { hasPorts } from '../net/protocol.ts'
import type { Manip, NatRange } from '../extensions/effect.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Hook } from '../netfilter/hook.ts'
import { invert, sameTuple } from '../netfilter/tuple.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import { findConnection, replyTaken } from './conntrackTable.ts'
import { isOlder } from '../host/netns.ts'
import type { Kernel } from './kernel.ts'

/** HOOK2MANIP: what NAT rewrites at a hook. */
export const manipAt = (hook: Hook): Manip => (hook === 'INPUT' || hook === 'POSTROUTING' ? 'source' : 'destination')

export const natInitialized = (entry: CtEntry, manip: Manip): boolean => (manip === 'source' ? entry.srcNatDone : entry.dstNatDone)

/** nf_nat_setup_info: binds a connection to what a rule allows; the tuple it gets must be free. */
export function bindNat(kernel: Kernel, entry: CtEntry, range: NatRange, manip: Manip): void {
  const current = invert(entry.reply)
  const chosen = uniqueTuple(kernel, entry, current, range, manip)
  const changed = !sameTuple(chosen, current)
  kernel.cell.change((draft) => {
    const own = draft.conntrack[entry.id]
    if (!own) return
    if (changed) own.reply = invert(chosen)
    if (manip === 'source') { own.srcNatDone = true; own.srcNat ||= changed } else { own.dstNatDone = true; own.dstNat ||= changed }
  })
  if (changed && manip === 'destination' && kernel.fixed.fib.isLocal(chosen.dst)) kernel.handTo(chosen.dport)
  if (changed) kernel.tell?.({ kind: 'natBound', manip, ...ends(current, chosen, manip) })
}

/** nf_nat_alloc_null_binding: no rule spoke, yet the tuple must be unique, so a source port may still change. */
export function bindNull(kernel: Kernel, entry: CtEntry, manip: Manip): void {
  const address = manip === 'source' ? entry.reply.dst : entry.reply.src
  bindNat(kernel, entry, { minAddress: address, maxAddress: address, minPort: null, maxPort: null, random: false, netmap: false, basePort: null }, manip)
}

const ends = (before: Tuple, after: Tuple, manip: Manip): { from: string; to: string } =>
  manip === 'source'
    ? { from: printEndpoint(before.src, before.sport), to: printEndpoint(after.src, after.sport) }
    : { from: printEndpoint(before.dst, before.dport), to: printEndpoint(after.dst, after.dport) }

/** get_unique_tuple of nf_nat_core.c. */
function uniqueTuple(kernel: Kernel, entry: CtEntry, current: Tuple, range: NatRange, manip: Manip): Tuple {
  const address = chosenAddress(current, range, manip)
  const to = (end: number): Tuple => (manip === 'source'
    ? { protocol: current.protocol, src: address, sport: end, dst: current.dst, dport: current.dport }
    : { protocol: current.protocol, src: current.src, sport: current.sport, dst: address, dport: end })
  const port = manip === 'source' ? current.sport : current.dport
  const addressed = to(port)
  const free = (tuple: Tuple): boolean => !replyTaken(kernel, entry, invert(tuple))
  if (!hasPorts(current.protocol)) return addressed
  if (range.minPort === null || range.maxPort === null) {
    if (manip === 'destination' || (!range.random && (free(addressed) || (sameTuple(addressed, current) && isReverse(kernel, entry))))) return addressed
    return to(kernel.environment.freePort())
  }
  const first = range.basePort === null ? range.minPort : range.minPort + (port - range.basePort)
  const fits = range.basePort === null && port >= range.minPort && port <= range.maxPort
  if (range.minPort === range.maxPort) return to(first)
  if (fits && !range.random && free(addressed)) return addressed
  for (let each = first; each <= range.maxPort; each += 1) if (free(to(each))) return to(each)
  return to(first)
}

/**
 * nf_nat_used_tuple_new: since Linux 6.12 no other port is sought where the one that stands there is the same flow the other
 * way round, not translated (d8f84a9bc7c4 and the repairs after it); confirmation then refuses it.
 */
function isReverse(kernel: Kernel, { reply, zone, zoneDirection }: CtEntry): boolean {
  if (isOlder(kernel.fixed.netns.release, 6, 12)) return false
  const hit = findConnection(kernel, invert(reply), { zone, zoneDirection }) ?? findConnection(kernel, reply, { zone, zoneDirection })
  if (!hit) return true
  return !hit.entry.srcNat && !hit.entry.dstNat && sameTuple(hit.entry.original, reply)
}

/** find_best_ips_proto: within a range of addresses the kernel hashes; NETMAP keeps the host bits. */
function chosenAddress(current: Tuple, range: NatRange, manip: Manip): Address {
  const own = manip === 'source' ? current.src : current.dst
  if (range.minAddress === null) return own
  if (!range.netmap || range.maxAddress === null) return range.minAddress
  const { minAddress: low, maxAddress: high } = range
  const word = (l: number, h: number, o: number): number => ((l & ~(l ^ h)) | (o & (l ^ h))) >>> 0
  return { family: own.family, a: word(low.a, high.a, own.a), b: word(low.b, high.b, own.b), c: word(low.c, high.c, own.c), d: word(low.d, high.d, own.d) }
}

/** nf_nat_packet: rewrites the packet to what its connection is bound to. */
export function manglePacket(kernel: Kernel, hook: Hook): void {
  const { skb } = kernel
  const entry = kernel.ctOf(skb)
  if (!entry || skb.ct?.kind !== 'entry') return
  const manip = manipAt(hook)
  const { reply } = skb.ct
  const bound = (manip === 'source') !== reply ? entry.srcNat : entry.dstNat
  if (!bound) return
  const target = invert(reply ? entry.original : entry.reply)
  if (skb.icmp?.quoted) mangleError(kernel, entry, manip, target)
  else rewrite(kernel, manip, target)
}

function rewrite(kernel: Kernel, manip: Manip, target: Tuple): void {
  const { skb } = kernel
  const address = manip === 'source' ? skb.src : skb.dst
  const port = manip === 'source' ? skb.sport : skb.dport
  const to = manip === 'source' ? target.src : target.dst
  const toPort = manip === 'source' ? target.sport : target.dport
  const ports = hasPorts(skb.protocol)
  if (sameAddress(address, to) && (port === toPort || !ports)) return
  kernel.changeSkb((draft) => {
    if (manip === 'source') { draft.src = to; if (ports) draft.sport = toPort } else { draft.dst = to; if (ports) draft.dport = toPort }
  })
  kernel.tell?.({ kind: 'mangled', manip, from: printEndpoint(address, port), to: printEndpoint(to, ports ? toPort : port), header: headerOf(kernel.skb) })
}

const headerOf = ({ src, sport, dst, dport }: Skb): Pick<Skb, 'src' | 'sport' | 'dst' | 'dport'> => ({ src, sport, dst, dport })

/** nf_nat_icmp_reply_translation: the error's own address, and the opposite end of the packet it quotes, as the other side knows them. */
function mangleError(kernel: Kernel, entry: CtEntry, manip: Manip, target: Tuple): void {
  rewrite(kernel, manip, target)
  kernel.changeSkb((draft) => {
    if (!draft.icmp?.quoted || draft.ct?.kind !== 'entry') return
    const { src, sport, dst, dport } = draft.ct.reply ? entry.original : entry.reply
    draft.icmp = { ...draft.icmp, quoted: { ...draft.icmp.quoted, ...(manip === 'source' ? { dst, dport } : { src, sport }) } }
  })
}
