import { parsePrefix, printPrefix } from '../../net/prefix.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { Address } from '../../net/address.ts'
import type { Effect, Manip, NatRange } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'

interface Netmap {
  /** As iptables-save prints it: "10.5.0.0/16". */
  readonly to: string
}

const lastOf = ({ address, mask }: Prefix): Address => ({
  family: address.family,
  a: (address.a | ~mask.a) >>> 0,
  b: (address.b | ~mask.b) >>> 0,
  c: (address.c | ~mask.c) >>> 0,
  d: (address.d | ~mask.d) >>> 0,
})

function netmapRange(to: string): NatRange {
  const prefix = parsePrefix(to)
  return { minAddress: prefix && prefix.address, maxAddress: prefix && lastOf(prefix), minPort: null, maxPort: null, random: false, netmap: true, basePort: null }
}

function readTo(text: string | null, family: 4 | 6): Netmap | null {
  const prefix = parsePrefix(text ?? '')
  return prefix?.address.family === family ? { to: printPrefix(prefix) } : null
}

/** xt_NETMAP: maps one network onto another, host bits kept; the destination before routing, the source after it. */
export const netmap: TargetExtension<Netmap> = {
  name: 'NETMAP',
  ends: 'ends',
  options: { '--to': 1 },
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT', 'INPUT', 'POSTROUTING'],
  needsConntrack: () => true,
  parse(options) {
    const option = options.take('--to')
    const to = option && readTo(options.word(option), options.family)
    if (option && !to) options.refuse(option.args[0] ?? option.flag, `--to takes an IPv${options.family} network`)
    return to ?? { to: '' }
  },
  print: ({ to }) => `--to ${to}`,
  // iptables 1.4.21 lists the network alone.
  parseListing: (cursor) => readTo(cursor.suffix('to:') ?? cursor.next(), cursor.family),
  printListing: ({ to }) => `to:${to}`,
  compile({ to }) {
    const range = netmapRange(to)
    const effect = (manip: Manip): Effect => ({ kind: 'nat', manip, range })
    const [source, destination] = [effect('source'), effect('destination')]
    return (_, { hook }) => (hook === 'PREROUTING' || hook === 'OUTPUT' ? destination : source)
  },
}
