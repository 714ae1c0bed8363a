import type { Skb } from '../../netfilter/skb.ts'
import { CONTINUE } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { changedMark, listMarkChange, MARK_CHANGE_OPTIONS, parseListedMarkChange, parseMarkChange } from '../markChange.ts'
import type { MarkChange } from '../markChange.ts'
import { hex } from '../maskedMark.ts'
import type { MatchContext } from '../matchContext.ts'
import type { OptionReader } from '../optionReader.ts'

interface Shift {
  readonly direction: 'left' | 'right'
  readonly bits: number
}

type Connmark =
  | ({ readonly mode: 'set'; readonly shift?: Shift } & MarkChange)
  | { readonly mode: 'save' | 'restore'; readonly nfmask: number; readonly ctmask: number; readonly shift?: Shift }

const ALL = 0xffffffff

function parseShift(options: OptionReader): Shift | null {
  const left = options.take('--left-shift-mark')
  if (left) return { direction: 'left', bits: options.number(left, 31) }
  const right = options.take('--right-shift-mark')
  return right && { direction: 'right', bits: options.number(right, 31) }
}

function parseMasks(options: OptionReader): { nfmask: number; ctmask: number } {
  const both = options.take('--mask')
  const [nf, ct] = [options.take('--nfmask'), options.take('--ctmask')]
  const mask = both ? options.number(both, ALL) : ALL
  return { nfmask: nf ? options.number(nf, ALL) : mask, ctmask: ct ? options.number(ct, ALL) : mask }
}

function parse(options: OptionReader): Connmark {
  const shift = parseShift(options)
  const rest = shift && shift.bits > 0 ? { shift } : {}
  if (options.has('--save-mark')) return { mode: 'save', ...parseMasks(options), ...rest }
  if (options.has('--restore-mark')) return { mode: 'restore', ...parseMasks(options), ...rest }
  return { mode: 'set', ...(parseMarkChange(options) ?? { value: 0, mask: 0 }), ...rest }
}

function print(info: Connmark): string {
  const head = info.mode === 'set' ? `--set-xmark ${hex(info.value)}/${hex(info.mask)}` : `--${info.mode}-mark --nfmask ${hex(info.nfmask)} --ctmask ${hex(info.ctmask)}`
  return info.shift ? `${head} --${info.shift.direction}-shift-mark ${info.shift.bits}` : head
}

/** libxt_CONNMARK.c: the mask that is read from stands first, the one written to is printed as its complement. */
function list(info: Connmark): string {
  const shift = info.shift ? ` ${info.shift.direction}-shift-mark ${info.shift.bits}` : ''
  if (info.mode === 'set') return `CONNMARK ${listMarkChange(info)}${shift}`
  const { mode, nfmask, ctmask } = info
  const [read, write] = mode === 'save' ? [['nfmask', nfmask] as const, ['ctmask', ctmask] as const] : [['ctmask', ctmask] as const, ['nfmask', nfmask] as const]
  if (nfmask !== ctmask) return `CONNMARK ${mode} ${read[0]} ${hex(read[1])} ${write[0]} ~${hex(write[1])}${shift}`
  return `CONNMARK ${mode}${nfmask === ALL ? '' : ` mask ${hex(nfmask)}`}${shift}`
}

function parseListing(cursor: ListingCursor): Connmark | null {
  if (!cursor.skip('CONNMARK')) return null
  const mode = cursor.skip('save') ? 'save' : cursor.skip('restore') ? 'restore' : null
  const info: Connmark | null = mode ? { mode, ...listedMasks(cursor) } : listedSet(cursor)
  const shift = listedShift(cursor)
  return info && { ...info, ...(shift && { shift }) }
}

function listedSet(cursor: ListingCursor): Connmark | null {
  const change = parseListedMarkChange(cursor)
  return change && { mode: 'set', ...change }
}

function listedMasks(cursor: ListingCursor): { nfmask: number; ctmask: number } {
  const masks = { nfmask: ALL, ctmask: ALL }
  for (;;) {
    const name = cursor.peek()
    if (name !== 'mask' && name !== 'nfmask' && name !== 'ctmask') return masks
    cursor.next()
    const value = Number((cursor.next() ?? '').replace('~', ''))
    if (name !== 'ctmask') masks.nfmask = value
    if (name !== 'nfmask') masks.ctmask = value
  }
}

function listedShift(cursor: ListingCursor): Shift | null {
  const direction = cursor.skip('left-shift-mark') ? 'left' : cursor.skip('right-shift-mark') ? 'right' : null
  return direction && { direction, bits: Number(cursor.next()) }
}

const shifted = (value: number, shift: Shift | undefined): number =>
  !shift ? value : shift.direction === 'left' ? (value << shift.bits) >>> 0 : value >>> shift.bits

/** xt_connmark.c connmark_tg_shift. */
function applied(info: Connmark, skb: Skb, context: MatchContext): Effect {
  const ct = context.ct(skb)
  if (!ct) return CONTINUE
  if (info.mode === 'set') return { kind: 'connmark', mark: shifted(changedMark(ct.mark, info), info.shift) }
  if (info.mode === 'save') return { kind: 'connmark', mark: ((ct.mark & ~info.ctmask) ^ shifted((skb.mark & info.nfmask) >>> 0, info.shift)) >>> 0 }
  return { kind: 'set', change: { mark: ((skb.mark & ~info.nfmask) ^ shifted((ct.mark & info.ctmask) >>> 0, info.shift)) >>> 0 } }
}

/** xt_CONNMARK: carries marks between packet and connection. */
export const connmark: TargetExtension<Connmark> = {
  name: 'CONNMARK',
  options: { ...MARK_CHANGE_OPTIONS, '--save-mark': 0, '--restore-mark': 0, '--mask': 1, '--nfmask': 1, '--ctmask': 1, '--left-shift-mark': 1, '--right-shift-mark': 1 },
  needsConntrack: () => true,
  parse,
  print,
  parseListing,
  printListing: list,
  marks: (info) => [info.mode === 'set' ? { kind: 'changed', value: info.value, mask: info.mask } : { kind: 'copied', kept: (info.nfmask & info.ctmask) >>> 0 }],
  compile: (info) => (skb, context) => applied(info, skb, context),
}
