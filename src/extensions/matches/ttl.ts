import { hopCountMatch } from '../hopCount.ts'

/** IPv4's time to live. */
export const ttl = hopCountMatch('ttl')
