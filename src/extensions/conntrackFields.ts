import type { PortRange } from '../net/portRange.ts'
import type { Negatable } from '../netfilter/ruleset.ts'

/** In the order libxt_conntrack.c prints them. */
export const ADDRESSES = ['ctorigsrc', 'ctorigdst', 'ctreplsrc', 'ctrepldst'] as const
export const PORTS = ['ctorigsrcport', 'ctorigdstport', 'ctreplsrcport', 'ctrepldstport'] as const

/** Bits of an entry's status a rule can ask for, in the order they are printed. */
export const STATUSES = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'] as const

export type CtStatus = (typeof STATUSES)[number]

/** A prefix as iptables-save prints it. */
export type CtAddresses = Readonly<Partial<Record<(typeof ADDRESSES)[number], Negatable<string>>>>
export type CtPorts = Readonly<Partial<Record<(typeof PORTS)[number], Negatable<PortRange>>>>
