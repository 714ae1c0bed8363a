import { hex } from './maskedMark.ts'
import type { ListingCursor } from './listingCursor.ts'
import type { MaskedValue, OptionReader } from './optionReader.ts'

/** mark = (mark & ~mask) ^ value: the one operation behind --set-mark, --and-mark, --or-mark and --xor-mark. */
export type MarkChange = MaskedValue

const ALL = 0xffffffff

export const MARK_CHANGE_OPTIONS = { '--set-mark': 1, '--set-xmark': 1, '--and-mark': 1, '--or-mark': 1, '--xor-mark': 1 } as const

/** What --set-mark and its kin come to (libxt_MARK.c mark_tg_parse); null when none is given. */
export function parseMarkChange(options: OptionReader): MarkChange | null {
  const set = options.take('--set-mark')
  if (set) return widened(options.masked(set))
  const xset = options.take('--set-xmark')
  if (xset) return options.masked(xset)
  const and = options.take('--and-mark')
  if (and) return { value: 0, mask: ~options.number(and, ALL) >>> 0 }
  const or = options.take('--or-mark')
  if (or) { const value = options.number(or, ALL); return { value, mask: value } }
  const xor = options.take('--xor-mark')
  return xor && { value: options.number(xor, ALL), mask: 0 }
}

const widened = ({ value, mask }: MaskedValue): MarkChange => ({ value, mask: (value | mask) >>> 0 })

/** "set 0x539", "and 0x…", "or …", "xor …", "xset V/M": libxt_MARK.c mark_tg_print. */
export function listMarkChange({ value, mask }: MarkChange): string {
  if (value === 0) return `and ${hex(~mask >>> 0)}`
  if (value === mask) return `or ${hex(value)}`
  if (mask === 0) return `xor ${hex(value)}`
  return mask === ALL ? `set ${hex(value)}` : `xset ${hex(value)}/${hex(mask)}`
}

export function parseListedMarkChange(cursor: ListingCursor): MarkChange | null {
  const verb = cursor.next()
  const [value = NaN, mask = NaN] = (cursor.next() ?? '').split('/').map(Number)
  switch (verb) {
    case 'and': return { value: 0, mask: ~value >>> 0 }
    case 'or': return { value, mask: value }
    case 'xor': return { value, mask: 0 }
    case 'set': return { value, mask: ALL }
    case 'xset': return { value, mask }
    default: return null
  }
}

export const changedMark = (mark: number, { value, mask }: MarkChange): number => ((mark & ~mask) ^ value) >>> 0
