import type { Address } from '../net/address.ts'
import type { Prefix } from '../net/prefix.ts'

/**
 * Packets that a condition tells apart by one of their fields: to it, all values inside are alike, and so are all outside.
 * `address` and `port` are those of either end.
 */
export type Distinction =
  | { readonly of: 'src' | 'dst' | 'address'; readonly prefix: Prefix }
  | { readonly of: 'src' | 'dst' | 'address'; readonly first: Address; readonly last: Address }
  | { readonly of: 'sport' | 'dport' | 'port'; readonly first: number; readonly last: number }
  | { readonly of: 'uid' | 'gid'; readonly first: number; readonly last: number }
  | { readonly of: 'mark'; readonly value: number; readonly mask: number }
  /** The members of an ipset. */
  | { readonly of: 'set'; readonly name: string }

/** What a target makes of a mark: a later condition on it looks at what the packet had before. `kept`: the bits that are copied. */
export type MarkTransform = { readonly kind: 'changed'; readonly value: number; readonly mask: number } | { readonly kind: 'copied'; readonly kept: number }
