import type { Option } from '../../grammar/ast.ts'
import type { Family } from '../net/address.ts'
import type { Hook } from '../netfilter/hook.ts'
import type { TableName } from '../netfilter/table.ts'
import { CONTINUE } from './effect.ts'
import type { Effect } from './effect.ts'
import type { TargetAction, TargetExtension } from './extension.ts'
import { listedQuoted } from './listedQuoted.ts'
import type { ListingCursor, ListingStyle } from './listingCursor.ts'
import type { OptionReader } from './optionReader.ts'

/** `true` for a flag that takes no value. */
export type DeclaredValue = string | number | true

/** The options that were given, by their flags without "--". */
export type Declared = Readonly<Record<string, DeclaredValue>>

/** What an option takes, and how it is written. */
export interface ValueKind {
  /** Null for what the option does not take. */
  read(text: string, family: Family): DeclaredValue | null
  save(value: DeclaredValue): string
  list(value: DeclaredValue, style: ListingStyle): string
  /** Words of the value; 1 if absent. */
  readonly words?: number
  /** The value a listing shows as nothing at all. */
  readonly unlisted?: DeclaredValue
  /** A listing may hold it in quotes. */
  readonly quoted?: true
}

export interface Field {
  /** The option without "--". */
  readonly flag: string
  /** Its words in a listing, "%" for the value: "num %", "timeout:%", "bypass"; "" when a listing does not show it. */
  readonly listed: string
  readonly value?: ValueKind
  /** The value that is the same as none: never printed in a save. */
  readonly absent?: DeclaredValue
  /** A listing shows `absent` too. */
  readonly absentListed?: true
}

/** A target that is told by its options alone. */
export interface DeclaredTarget {
  readonly name: string
  /** The word a listing begins with; "" for none. */
  readonly head: string
  /** In the order iptables-save prints them. */
  readonly fields: readonly Field[]
  /** The flags in the order of a listing, where that differs. */
  readonly listingOrder?: readonly string[]
  readonly required?: readonly string[]
  readonly tables?: readonly TableName[]
  readonly hooks?: readonly Hook[]
  readonly needsConntrack?: true
  /** What iptables makes of options that together mean something else. */
  normalize?(info: Declared, family: Family): Declared
  /** Blanks that end the listing's text. */
  readonly tail?: ' '
  /** Without options it prints not even its head. */
  readonly silent?: true
  /** What it does; absent: nothing that a walk can see. */
  compile?(info: Declared, site: string): TargetAction
}

const keep = ({ absent }: Field, value: DeclaredValue | null): value is DeclaredValue => value !== null && value !== absent

function parsedValue(options: OptionReader, option: Option, kind: ValueKind): DeclaredValue | null {
  const text = (kind.words ?? 1) > 1 ? option.args.map((word) => word.text).join(' ') : options.word(option)
  const value = kind.read(text, options.family)
  if (value === null) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} does not take ${JSON.stringify(text)}`)
  return value
}

function parse(target: DeclaredTarget, options: OptionReader): Declared {
  const info: Record<string, DeclaredValue> = {}
  for (const field of target.fields) {
    const option = options.take(`--${field.flag}`)
    const value = option && (field.value ? parsedValue(options, option, field.value) : true)
    if (keep(field, value)) info[field.flag] = value
  }
  return target.normalize?.(info, options.family) ?? info
}

const savedField = (field: Field, value: DeclaredValue): string => (field.value ? `--${field.flag} ${field.value.save(value)}` : `--${field.flag}`)

function listingFields({ fields, listingOrder }: DeclaredTarget): readonly Field[] {
  if (!listingOrder) return fields
  return listingOrder.flatMap((flag) => fields.filter((field) => field.flag === flag))
}

function listedField(field: Field, info: Declared, style: ListingStyle): string[] {
  const value = info[field.flag] ?? (field.absentListed ? field.absent : undefined)
  if (value === undefined || field.listed === '') return []
  return [field.value ? field.listed.replace('%', () => field.value?.list(value, style) ?? '') : field.listed]
}

function printListing(target: DeclaredTarget, info: Declared, style: ListingStyle): string {
  const words = listingFields(target).flatMap((field) => listedField(field, info, style))
  if (target.silent && words.length === 0) return ''
  return [...(target.head === '' ? [] : [target.head]), ...words].join(' ') + (target.tail ?? '')
}

/** The value's text, behind what is glued to it. */
function listedText(cursor: ListingCursor, glued: string, kind: ValueKind): string | null {
  if (kind.quoted) return listedQuoted(cursor, glued)
  const first = cursor.suffix(glued)
  const more = Array.from({ length: (kind.words ?? 1) - 1 }, () => cursor.next())
  return first === null || more.includes(null) ? null : [first, ...more].join(' ')
}

/** The field's value where it stands at the cursor; else null, and the cursor stays. */
function takeListed(cursor: ListingCursor, { listed, value: kind }: Field): DeclaredValue | null {
  const start = cursor.position
  const words = listed.split(' ')
  const last = words.pop() ?? ''
  if (!cursor.skip(...words)) return null
  if (!kind) {
    if (cursor.skip(last)) return true
  } else {
    const at = cursor.position
    const text = listedText(cursor, last.replace('%', ''), kind)
    const value = text === null ? null : kind.read(text, cursor.family)
    if (value !== null) return value
    cursor.position = at
    if (kind.unlisted !== undefined) return kind.unlisted
  }
  cursor.position = start
  return null
}

function parseListing(target: DeclaredTarget, cursor: ListingCursor): Declared | null {
  if (target.silent && cursor.done) return {}
  if (target.head !== '' && !cursor.skip(...target.head.split(' '))) return null
  const found: Record<string, DeclaredValue> = {}
  for (const field of listingFields(target)) {
    const value = field.listed === '' ? null : takeListed(cursor, field)
    if (keep(field, value)) found[field.flag] = value
  }
  const info = target.normalize?.(found, cursor.family) ?? found
  return (target.required ?? []).every((flag) => Object.hasOwn(info, flag)) ? info : null
}

/** The whole extension from its table. */
export const declaredTarget = (target: DeclaredTarget): TargetExtension<Declared> => ({
  name: target.name,
  options: Object.fromEntries(target.fields.map(({ flag, value }) => [`--${flag}`, value ? (value.words ?? 1) : 0])),
  ...(target.tables && { tables: target.tables }),
  ...(target.hooks && { hooks: target.hooks }),
  ...(target.needsConntrack && { needsConntrack: () => true }),
  parse: (options) => parse(target, options),
  print: (info) => target.fields.flatMap((field) => { const value = info[field.flag]; return value === undefined ? [] : [savedField(field, value)] }).join(' '),
  parseListing: (cursor) => parseListing(target, cursor),
  printListing: (info, style) => printListing(target, info, style),
  compile: (info, site) => target.compile?.(info, site) ?? (() => CONTINUE),
})

/** A target whose verdict, or what it writes into the packet, cannot be known here. */
export const unmodelledTarget = (name: string, site: string, message: string): TargetAction => {
  const effect: Effect = { kind: 'unknown', doubt: { code: 'unmodelled-target', message, probability: null, key: `${name}:${site}` } }
  return () => effect
}
