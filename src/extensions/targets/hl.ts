import { hopLimitTarget } from '../hopLimit.ts'

/** xt_HL's IPv6 name: changes the hop limit. */
export const hl = hopLimitTarget('HL', 'hl')
