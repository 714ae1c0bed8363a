import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import { NAT_CHOICES, natChoiceWords, natDistinctions, natRange, parseListedNatChoice, parseNatSpec, printNatTo, readNatTo } from '../natSpec.ts'
import type { NatSpec } from '../natSpec.ts'

/** xt_nat.c: rewrites where the connection seems to come from. */
export const snat: TargetExtension<NatSpec> = {
  name: 'SNAT',
  ends: 'ends',
  options: { '--to-source': 1, '--to': 1, ...NAT_CHOICES },
  tables: ['nat'],
  hooks: ['POSTROUTING', 'INPUT'],
  needsConntrack: () => true,
  parse: (options) => parseNatSpec(options, ['--to-source', '--to'], (text) => readNatTo(text, options.family)),
  print: (spec) => ['--to-source', printNatTo(spec), ...natChoiceWords(spec, '--')].join(' '),
  parseListing(cursor) {
    const to = readNatTo(cursor.suffix('to:') ?? '', cursor.family)
    return to && { ...to, ...parseListedNatChoice(cursor) }
  },
  printListing: (spec) => [`to:${printNatTo(spec)}`, ...natChoiceWords(spec, '')].join(' '),
  region: (info) => natDistinctions(info, 'sport'),
  compile(spec) {
    const effect: Effect = { kind: 'nat', manip: 'source', range: natRange(spec) }
    return () => effect
  },
}
