import type { TargetExtension } from '../extension.ts'
import { parseNumber } from '../optionReader.ts'
import type { OptionReader } from '../optionReader.ts'
import { readDscpClass } from '../dscpClass.ts'
import { hexByte } from '../tosValue.ts'

interface Dscp {
  readonly dscp: number
}

function parse(options: OptionReader): Dscp {
  const value = options.take('--set-dscp')
  if (value) return { dscp: options.number(value, 63) }
  const name = options.take('--set-dscp-class')
  const dscp = name && readDscpClass(options.word(name))
  if (name && dscp === null) options.refuse(name.args[0] ?? name.flag, '--set-dscp-class takes a DiffServ class: CS0 to CS7, BE, AF11 to AF43, EF')
  return { dscp: dscp ?? 0 }
}

/** xt_DSCP.c dscp_tg: sets the upper six bits of the TOS byte and leaves ECN alone. */
export const dscp: TargetExtension<Dscp> = {
  name: 'DSCP',
  options: { '--set-dscp': 1, '--set-dscp-class': 1 },
  tables: ['mangle'],
  parse,
  print: (info) => `--set-dscp ${hexByte(info.dscp)}`,
  parseListing(cursor) {
    const value = cursor.skip('DSCP', 'set') ? parseNumber(cursor.next() ?? '') : null
    return value === null ? null : { dscp: value }
  },
  printListing: (info) => `DSCP set ${hexByte(info.dscp)}`,
  compile: (info) => (skb) => ({ kind: 'set', change: { tos: (skb.tos & 3) | (info.dscp << 2) } }),
}
