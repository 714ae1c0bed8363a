import type { Family } from '../net/address.ts'

const V6 = /\s[-][sd] [\da-f]*:[\da-f:]*(?:\/\d+)?\s|icmp6-|ipv6-icmp|-p icmpv6|\s::\/0\s/i
const V4 = /\s[-][sd] \d+\.\d+\.\d+\.\d+|\s0\.0\.0\.0\/0\s|--reject-with icmp-/

/** The family of rules whose text does not name it: IPv6 when only IPv6 addresses stand in it; null when nothing tells. */
export const textFamily = (text: string): Family | null => (!V4.test(text) && V6.test(text) ? 6 : null)
