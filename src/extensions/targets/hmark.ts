import { declaredTarget, unmodelledTarget } from '../declaredTarget.ts'
import type { Declared, DeclaredValue, Field, ValueKind } from '../declaredTarget.ts'
import type { Family } from '../../net/address.ts'
import { hexUpTo, readUpTo, upTo } from '../valueKinds.ts'

const U16 = 0xffff
const U32 = 0xffffffff

/** A prefix length; ip6tables lists that of a whole address as nothing (xtables_ip6mask_to_numeric). */
const PREFIX: ValueKind = {
  read: (text, family) => readUpTo(text, family === 4 ? 32 : 128),
  save: (value) => `${value}`,
  list: (value) => (value === 128 ? '' : `${value}`),
  unlisted: 128,
}

/** The fields of a packet --hmark-tuple names; "ct" takes the tuple from conntrack instead. */
const TUPLE_PARTS = ['ct', 'src', 'dst', 'sport', 'dport', 'proto', 'spi'] as const

/** hmark_parse: the beginning of a name stands for it. */
function readTuple(text: string): string | null {
  const parts = text.toLowerCase().split(',').map((begun) => (begun === '' ? undefined : TUPLE_PARTS.find((part) => part.startsWith(begun))))
  return parts.includes(undefined) ? null : parts.join(',')
}

const TUPLE: ValueKind = { read: readTuple, save: (value) => `${value}`, list: () => 'ct,' }

/** A part of the tuple is the whole of that field: its mask, all ones. */
function expanded(info: Declared, family: Family): Declared {
  const parts = `${info['hmark-tuple'] ?? ''}`.split(',')
  const length = family === 4 ? 32 : 128
  const whole: Record<string, DeclaredValue> = {}
  const add = (part: string, flag: string, value: number): void => { if (parts.includes(part)) whole[flag] = value }
  add('src', 'hmark-src-prefix', length)
  add('dst', 'hmark-dst-prefix', length)
  add('sport', 'hmark-sport-mask', U16)
  add('dport', 'hmark-dport-mask', U16)
  add('spi', 'hmark-spi-mask', U32)
  add('proto', 'hmark-proto-mask', U16)
  const { 'hmark-tuple': tuple, ...given } = info
  return { ...given, ...whole, ...(tuple !== undefined && parts.includes('ct') && { 'hmark-tuple': 'ct' }) }
}

const field = (name: string, value: ValueKind, listed = `${name} %`): Field => ({ flag: `hmark-${name}`, listed, value })

/** xt_HMARK: a mark hashed from the packet's fields. */
export const hmark = declaredTarget({
  name: 'HMARK',
  head: 'HMARK',
  fields: [
    field('src-prefix', PREFIX),
    field('dst-prefix', PREFIX),
    field('sport-mask', hexUpTo(U16, 4)),
    field('dport-mask', hexUpTo(U16, 4)),
    field('spi-mask', hexUpTo(U32, 8)),
    field('sport', hexUpTo(U16, 4)),
    field('dport', hexUpTo(U16, 4)),
    field('spi', hexUpTo(U32, 8)),
    field('proto-mask', hexUpTo(U16, 2)),
    field('rnd', hexUpTo(U32, 8)),
    field('mod', upTo(U32)),
    field('offset', { ...hexUpTo(U32, 1), save: (value) => `${value}` }, '+ %'),
    field('tuple', { ...TUPLE, read: (text) => (text === 'ct,' ? 'ct' : readTuple(text)) }, '%'),
  ],
  listingOrder: ['mod', 'offset', 'tuple', 'src-prefix', 'dst-prefix', 'sport-mask', 'dport-mask', 'spi-mask', 'sport', 'dport', 'spi', 'proto-mask', 'rnd'].map((name) => `hmark-${name}`),
  tail: ' ',
  normalize: expanded,
  compile: (_, site) => unmodelledTarget('HMARK', site, 'HMARK sets the mark to a hash of the packet, which is not modelled'),
})
