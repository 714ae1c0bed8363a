import type { MatchExtension } from './extension.ts'
import { rangeText } from './icmpType.ts'
import type { IcmpCondition, IcmpTypes } from './icmpType.ts'
import type { ListingCursor } from './listingCursor.ts'
import { bang } from './negatable.ts'
import type { OptionReader } from './optionReader.ts'

/** What the two ICMPs differ in. */
export interface IcmpFlavour {
  readonly name: string
  readonly aliases: readonly string[]
  readonly flag: string
  readonly alternativeFlags: readonly string[]
  readonly protocol: number
  /** What its listing begins with: "icmp", "ipv6-icmp". */
  readonly word: string
  readonly types: IcmpTypes
}

/** icmp and icmp6 are one match over two tables of names. */
export function icmpMatch(flavour: IcmpFlavour): MatchExtension<IcmpCondition> {
  const { name, aliases, flag, alternativeFlags, protocol, word, types } = flavour
  return {
    name,
    aliases,
    options: Object.fromEntries([flag, ...alternativeFlags].map((each) => [each, 1])),
    impliedBy: [protocol],
    parse: (options) => parse(options, flavour),
    print: (info) => `${bang(info)}${flag} ${types.isAny(info) ? 'any' : rangeText(info, '/')}`,
    parseListing: (cursor) => parseListing(cursor, flavour),
    printListing(info, style) {
      const named = style === 'names' ? types.nameOf(info) : null
      return named === null ? `${word}${info.negated ? ' !' : ''}${numbers(info)}` : `${word} ${info.negated ? '!' : ''}${named}`
    },
    compile(info) {
      const { type, firstCode, lastCode, negated } = info
      const any = types.isAny(info)
      return ({ icmp }) => icmp !== null && (any || (icmp.type === type && icmp.code >= firstCode && icmp.code <= lastCode)) !== negated
    },
    seen: ({ icmp }) => (icmp ? `type ${icmp.type} code ${icmp.code}` : 'no ICMP message'),
  }
}

function parse(options: OptionReader, { flag, alternativeFlags, types }: IcmpFlavour): IcmpCondition {
  const option = options.take(flag, ...alternativeFlags)
  if (!option) return { type: types.any ?? 0, firstCode: 0, lastCode: 255, negated: false }
  const value = types.read(options.word(option))
  if (!value) options.refuse(option.args[0] ?? option.flag, `${JSON.stringify(options.word(option))} is no ICMP type`)
  return { ...(value ?? { type: 0, firstCode: 0, lastCode: 255 }), negated: option.negated }
}

/** "type 3", "type 3 code 0", "type 3 codes 0-4": glued to the word before it unless negated. */
function numbers({ type, firstCode, lastCode }: IcmpCondition): string {
  if (firstCode === lastCode) return `type ${type} code ${firstCode}`
  return firstCode === 0 && lastCode === 255 ? `type ${type}` : `type ${type} codes ${firstCode}-${lastCode}`
}

function parseListing(cursor: ListingCursor, { word, types }: IcmpFlavour): IcmpCondition | null {
  const first = cursor.peek()
  if (first === `${word}type`) return listedNumbers(cursor, types, false)
  if (first !== word) return null
  if (cursor.peek(1) === '!type') { cursor.position += 1; return listedNumbers(cursor, types, true) }
  const text = cursor.peek(1) ?? ''
  const negated = text.startsWith('!')
  const value = types.read(negated ? text.slice(1) : text)
  if (!value) return null
  cursor.position += 2
  return { ...value, negated }
}

function listedNumbers(cursor: ListingCursor, types: IcmpTypes, negated: boolean): IcmpCondition | null {
  const found = cursor.take(/\S+ +(\d+)(?: +codes? +(\d+)(?:-(\d+))?)?(?= |$)/)
  if (!found) return null
  const [, type = '', firstCode, lastCode = firstCode] = found
  return { ...types.condition(Number(type), Number(firstCode ?? 0), Number(lastCode ?? 255)), negated }
}
