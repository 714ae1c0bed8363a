import type { Family } from '../net/address.ts'
import { parsePrefix } from '../net/prefix.ts'
import { prefixRange, range } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'

/** The fields of a connection that a region may name. */
export type Field = 'src' | 'dst' | 'sport' | 'dport' | 'uid' | 'gid' | 'mark'

const prefixes = (...texts: readonly string[]): readonly ValueRange[] => texts.flatMap((text) => { const prefix = parsePrefix(text); return prefix ? [prefixRange(prefix)] : [] })

const EVERY: Readonly<Record<Family, ValueRange>> = { 4: range(0, 0xffffffff), 6: range(0n, (1n << 128n) - 1n) }

/** Addresses nobody is dialled at: this network, multicast, reserved; the unspecified one. */
export const NOT_DIALLED: Readonly<Record<Family, readonly ValueRange[]>> = { 4: prefixes('0.0.0.0/8', '224.0.0.0/3'), 6: prefixes('::/128', 'ff00::/8', 'fe80::/10') }

/** Addresses that never come from outside, besides the host's own. */
export const NOT_OUTSIDE: Readonly<Record<Family, readonly ValueRange[]>> = { 4: prefixes('127.0.0.0/8'), 6: prefixes('::/96') }

/** Address ranges that the kernel and the far end treat by themselves. */
export const SPECIAL: Readonly<Record<Family, readonly ValueRange[]>> = {
  4: [...prefixes('127.0.0.0/8', '127.0.0.1/32', '127.0.0.6/32'), ...NOT_DIALLED[4]],
  6: [...prefixes('::/96', '::1/128', '::6/128'), ...NOT_DIALLED[6]],
}

export const everyAddress = (family: Family): ValueRange => EVERY[family]

/** Ports a client's kernel gives out (net.ipv4.ip_local_port_range). */
export const EPHEMERAL = range(32768, 60999)

export const EVERY_PORT = range(1, 65535)

/** (uid_t)-1 is nobody's. */
export const EVERY_ID = range(0, 0xfffffffe)

export const EVERY_MARK = range(0, 0xffffffff)
