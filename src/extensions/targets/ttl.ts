import { hopLimitTarget } from '../hopLimit.ts'

/** xt_HL's IPv4 name: changes the time to live. */
export const ttl = hopLimitTarget('TTL', 'ttl')
