import { printAddress } from '../net/address.ts'
import type { Box, Kind, RegionSpace } from './regionSpace.ts'
import type { Field } from './universe.ts'
import { addressOf, complement, printAddressRange, printNumberRange } from './valueRange.ts'
import type { ValueRange } from './valueRange.ts'

/** One field of a region: its values, and how to say them. */
export interface FieldDescription {
  readonly field: Field
  /** "10.0.0.0-10.255.255.255", "80", "0x111/0xfff". */
  readonly ranges: readonly string[]
  /** As short as it can be said: "10.0.0.0/8", "not 1337". */
  readonly text: string
}

/** A region's fields; what does not matter is absent. */
export interface RegionDescription {
  readonly kind: Kind
  readonly fields: readonly FieldDescription[]
}

export function describeRegion(space: RegionSpace, box: Box): RegionDescription {
  const fields = space.fields.flatMap((field, i) => {
    const elements = box[i] ?? 0n
    if (elements === space.allOf(field)) return []
    return [field === 'mark' ? described(field, space.markText(elements), space.markText(elements).map((each) => each.replace(/!/g, 'not ')).join(' or ')) : numbered(space, field, elements)]
  })
  return { kind: space.kind, fields }
}

const described = (field: Field, ranges: readonly string[], text: string): FieldDescription => ({ field, ranges, text })

function numbered(space: RegionSpace, field: Exclude<Field, 'mark'>, elements: bigint): FieldDescription {
  const ranges = space.rangesOf(field, elements)
  const others = complement(space.universeOf(field), ranges)
  const { family } = space.kind
  const isAddress = field === 'src' || field === 'dst'
  const say = (each: ValueRange): string => (isAddress ? printAddressRange(family, each) : printNumberRange(each))
  const dashed = ({ first, last }: ValueRange): string => (isAddress ? [...new Set([first, last])].map((value) => printAddress(addressOf(family, value))).join('-') : printNumberRange({ first, last }))
  const text = others.length < ranges.length ? `not ${others.map(say).join(', ')}` : ranges.map(say).join(', ')
  return described(field, ranges.map(dashed), text)
}
