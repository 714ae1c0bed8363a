import type { Option } from '../../../grammar/ast.ts'
import type { TargetExtension } from '../extension.ts'
import type { ListingCursor, ListingStyle } from '../listingCursor.ts'
import type { MaskedValue, OptionReader } from '../optionReader.ts'
import { hexByte, printTos, readTos, tosName } from '../tosValue.ts'

/** tos = (tos & ~mask) ^ value: the one operation behind --set-tos, --and-tos, --or-tos and --xor-tos. */
type TosChange = MaskedValue

function parsedSet(options: OptionReader, option: Option): TosChange {
  const change = readTos(options.word(option))
  if (!change) options.refuse(option.args[0] ?? option.flag, '--set-tos takes VALUE[/MASK], or a name like Minimize-Delay')
  return change ?? { value: 0, mask: 0 }
}

function parse(options: OptionReader): TosChange {
  const set = options.take('--set-tos')
  if (set) return parsedSet(options, set)
  const and = options.take('--and-tos')
  if (and) return { value: 0, mask: ~options.number(and, 255) & 255 }
  const or = options.take('--or-tos')
  if (or) { const value = options.number(or, 255); return { value, mask: value } }
  const xor = options.take('--xor-tos')
  return { value: xor ? options.number(xor, 255) : 0, mask: 0 }
}

function printListing(change: TosChange, style: ListingStyle): string {
  const { value, mask } = change
  if (style === 'numbers') return `TOS set ${printTos(change)}`
  const name = tosName(change)
  // tos_try_print_symbolic puts a blank before its prefix, not behind it.
  if (name !== null) return ` TOS set${name}`
  if (value === 0) return `TOS and ${hexByte(~mask & 255)}`
  if (value === mask) return `TOS or ${hexByte(value)}`
  return mask === 0 ? `TOS xor ${hexByte(value)}` : `TOS set ${printTos(change)}`
}

function parseListing(cursor: ListingCursor): TosChange | null {
  if (!cursor.skip('TOS')) return null
  if (cursor.skip('set')) return readTos(cursor.next() ?? '')
  const name = cursor.suffix('set')
  if (name !== null) return readTos(name)
  const verb = cursor.next()
  const operand = readTos(cursor.next() ?? '')
  if (!operand) return null
  const { value } = operand
  switch (verb) {
    case 'and': return { value: 0, mask: ~value & 255 }
    case 'or': return { value, mask: value }
    case 'xor': return { value, mask: 0 }
    default: return null
  }
}

/** xt_DSCP.c tos_tg: sets bits of the Type of Service or Traffic Class byte. */
export const tos: TargetExtension<TosChange> = {
  name: 'TOS',
  options: { '--set-tos': 1, '--and-tos': 1, '--or-tos': 1, '--xor-tos': 1 },
  tables: ['mangle'],
  parse,
  print: (change) => `--set-tos ${printTos(change)}`,
  parseListing,
  printListing,
  compile: ({ value, mask }) => (skb) => ({ kind: 'set', change: { tos: (skb.tos & ~mask & 255) ^ value } }),
}
