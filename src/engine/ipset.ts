import { parsePrefix, contains } from '../net/prefix.ts'
import { protocolName } from '../net/protocol.ts'
import type { IpSet } from '../host/netns.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { Ternary } from '../netfilter/ternary.ts'

/** xt_set: whether the packet's fields ("src", "dst", in the set's order) are an entry. Unknown without the set's contents. */
export function inSet(sets: readonly IpSet[], name: string, fields: readonly string[], skb: Skb): Ternary {
  const set = sets.find((each) => each.name === name)
  if (!set) return { code: 'unknown-set', message: `the members of ipset ${JSON.stringify(name)} are not known (add the output of \`ipset save\`)`, probability: null, key: `set:${name}:${fields.join()}` }
  const dimensions = set.type.replace(/^[a-z]+:/, '').split(',')
  const excluded = set.entries.some((entry) => entry.includes(' nomatch') && isMember(entry, dimensions, fields, skb))
  return !excluded && set.entries.some((entry) => isMember(entry, dimensions, fields, skb))
}

function isMember(entry: string, dimensions: readonly string[], fields: readonly string[], skb: Skb): boolean {
  const [member = ''] = entry.split(' ')
  const parts = member.split(',')
  return dimensions.every((dimension, i) => holds(dimension, parts[i] ?? '', fields[i] ?? fields[0] ?? 'src', skb))
}

function holds(dimension: string, part: string, field: string, skb: Skb): boolean {
  const source = field === 'src'
  switch (dimension) {
    case 'ip':
    case 'net': return holdsAddress(part, source ? skb.src : skb.dst)
    case 'port': return holdsPort(part, skb, source ? skb.sport : skb.dport)
    case 'iface': return part === (source ? skb.in : skb.out)
    case 'mark': return Number(part) === skb.mark
    default: return false
  }
}

function holdsAddress(part: string, address: Skb['src']): boolean {
  const prefix = parsePrefix(part)
  return prefix?.address.family === address.family && contains(prefix, address)
}

function holdsPort(part: string, skb: Skb, port: number): boolean {
  const [protocol = 'tcp', range = part] = part.includes(':') ? part.split(':') : [protocolName(skb.protocol), part]
  const [first = '', last = first] = range.split('-')
  return protocol === protocolName(skb.protocol) && port >= Number(first) && port <= Number(last)
}
