import { Protocol } from '../net/protocol.ts'
import { contains, parsePrefix } from '../net/prefix.ts'
import type { CtEntry } from '../netfilter/ctState.ts'
import { and, not } from '../netfilter/ternary.ts'
import type { Ternary } from '../netfilter/ternary.ts'
import type { Tuple } from '../netfilter/tuple.ts'
import type { Skb } from '../netfilter/skb.ts'
import { ADDRESSES, PORTS } from './conntrackFields.ts'
import type { CtStatus } from './conntrackFields.ts'
import type { Conntrack } from './matches/conntrack.ts'
import { holds } from './numberRange.ts'
import { unmodelled } from './unmodelled.ts'

type EntryTest = (skb: Skb, ct: CtEntry) => Ternary

/** The tests that need an entry (xt_conntrack.c conntrack_mt behind the state test); null when the rule has none. */
export function compileEntry(info: Conntrack): EntryTest | null {
  const tests = [...directionTest(info), ...addressTests(info), ...protocolTest(info), ...portTests(info), ...statusTest(info), ...expireTest(info)]
  const [first, ...others] = tests
  if (!first) return null
  if (others.length === 0) return first
  return (skb, ct) => {
    let all: Ternary = true
    for (const test of tests) {
      all = and(all, test(skb, ct))
      if (all === false) return false
    }
    return all
  }
}

function directionTest({ ctdir }: Conntrack): EntryTest[] {
  if (!ctdir) return []
  return [(skb) => (skb.ct?.kind === 'entry' && skb.ct.reply) === (ctdir === 'REPLY')]
}

const tupleOf = (name: string): ((ct: CtEntry) => Tuple) => (name.startsWith('ctorig') ? (ct) => ct.original : (ct) => ct.reply)

function addressTests(info: Conntrack): EntryTest[] {
  return ADDRESSES.flatMap((name): EntryTest[] => {
    const condition = info[name]
    const prefix = condition && parsePrefix(condition.value)
    if (!prefix) return []
    const { negated } = condition
    const tuple = tupleOf(name)
    const source = name.endsWith('src')
    return [(_, ct) => contains(prefix, source ? tuple(ct).src : tuple(ct).dst) !== negated]
  })
}

function protocolTest({ ctproto }: Conntrack): EntryTest[] {
  return ctproto ? [(_, { original }) => (original.protocol === ctproto.value) !== ctproto.negated] : []
}

function portTests(info: Conntrack): EntryTest[] {
  return PORTS.flatMap((name): EntryTest[] => {
    const condition = info[name]
    if (!condition) return []
    const { value, negated } = condition
    const tuple = tupleOf(name)
    const source = name.endsWith('srcport')
    return [(_, ct) => holds(value, source ? tuple(ct).sport : destinationPort(tuple(ct))) !== negated]
  })
}

/** Where a tuple has its destination port ICMP has type and code, in this order (struct nf_conntrack_tuple); queries have code 0. */
const destinationPort = ({ protocol, dport }: Tuple): number => (protocol === Protocol.icmp || protocol === Protocol.icmpv6 ? dport << 8 : dport)

function statusTest({ ctstatus }: Conntrack): EntryTest[] {
  if (!ctstatus) return []
  const { value, negated } = ctstatus
  return [(_, ct) => value.some((status) => hasStatus(ct, status)) !== negated]
}

function hasStatus(ct: CtEntry, status: CtStatus): boolean {
  switch (status) {
    // Helpers open expected connections; no connection walked here is one.
    case 'EXPECTED': return false
    case 'SEEN_REPLY': return ct.seenReply
    case 'ASSURED': return ct.assured
    case 'CONFIRMED': return ct.confirmed
  }
}

function expireTest({ ctexpire }: Conntrack): EntryTest[] {
  if (!ctexpire) return []
  const doubt = unmodelled('conntrack', 'when the entry times out', null)
  return [() => (ctexpire.negated ? not(doubt) : doubt)]
}
