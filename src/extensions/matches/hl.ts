import { hopCountMatch } from '../hopCount.ts'

/** IPv6's hop limit. */
export const hl = hopCountMatch('hl')
