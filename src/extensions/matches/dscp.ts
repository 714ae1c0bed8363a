import type { Negatable } from '../../netfilter/ruleset.ts'
import { readDscpClass } from '../dscpClass.ts'
import type { MatchExtension } from '../extension.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'
import { hexByte } from '../tosValue.ts'

type Dscp = Negatable<number>

function parse(options: OptionReader): Dscp {
  const value = options.take('--dscp')
  if (value) return { value: options.number(value, 63), negated: value.negated }
  const name = options.take('--dscp-class')
  const dscp = name && readDscpClass(options.word(name))
  if (name && dscp === null) options.refuse(name.args[0] ?? name.flag, '--dscp-class takes a DiffServ class: CS0 to CS7, BE, AF11 to AF43, EF')
  return { value: dscp ?? 0, negated: name?.negated ?? false }
}

/** xt_dscp.c dscp_mt: the upper six bits of the TOS byte. */
export const dscp: MatchExtension<Dscp> = {
  name: 'dscp',
  options: { '--dscp': 1, '--dscp-class': 1 },
  parse,
  print: (info) => `${bang(info)}--dscp ${hexByte(info.value)}`,
  parseListing(cursor) {
    const found = cursor.peek() === 'DSCP' ? cursor.take(/DSCP +match +(!)?0x([0-9a-f]{2})/) : null
    return found && { value: parseInt(found[2] ?? '', 16), negated: found[1] !== undefined }
  },
  printListing: ({ value, negated }) => `DSCP match ${negated ? '!' : ''}${hexByte(value)}`,
  compile: ({ value, negated }) => (skb) => (skb.tos >> 2 === value) !== negated,
  seen: (skb) => `DSCP ${hexByte(skb.tos >> 2)}`,
}
