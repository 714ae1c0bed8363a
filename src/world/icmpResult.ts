import type { Packet } from '../netfilter/skb.ts'
import type { Result } from './outcome.ts'

/** What an ICMP error makes of connect(): icmp_err_convert, icmpv6_err_convert. Only "port unreachable" is ECONNREFUSED. */
export function icmpResult({ family, icmp }: Packet): Result {
  const port = family === 4 ? { type: 3, code: 3 } : { type: 1, code: 4 }
  return icmp?.type === port.type && icmp.code === port.code ? 'refused' : 'unreachable'
}
