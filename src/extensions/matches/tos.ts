import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension } from '../extension.ts'
import { bang } from '../negatable.ts'
import type { MaskedValue } from '../optionReader.ts'
import { hexByte, printTos, readTos, tosName } from '../tosValue.ts'

/** xt_dscp.c tos_mt: (tos & mask) == value. */
export const tos: MatchExtension<Negatable<MaskedValue>> = {
  name: 'tos',
  options: { '--tos': 1 },
  parse(options) {
    const option = options.take('--tos')
    const value = option && readTos(options.word(option))
    if (option && !value) options.refuse(option.args[0] ?? option.flag, '--tos takes VALUE[/MASK] or a name such as Minimize-Delay')
    return { value: value ?? { value: 0, mask: 0 }, negated: option?.negated ?? false }
  },
  print: (info) => `${bang(info)}--tos ${printTos(info.value)}`,
  parseListing(cursor) {
    // Numbers are glued to "match", names are not (libxt_tos.c tos_mt_print).
    const found = cursor.peek() === 'tos' ? cursor.take(/tos +match(!)? *(\S+)/) : null
    const value = readTos(found?.[2] ?? '')
    return value && { value, negated: found?.[1] !== undefined }
  },
  printListing({ value, negated }, style) {
    const name = style === 'names' ? tosName(value) : null
    return `tos match${negated ? '!' : ''}${name === null ? printTos(value) : ` ${name}`}`
  },
  compile: ({ value: { value, mask }, negated }) => (skb) => ((skb.tos & mask) === value) !== negated,
  seen: (skb) => `TOS ${hexByte(skb.tos)}`,
}
