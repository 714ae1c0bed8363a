import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import { natChoiceWords, natDistinctions, natRange, parseListedNatChoice, parseNatSpec, printNatTo, readNatTo } from '../natSpec.ts'
import type { NatSpec } from '../natSpec.ts'

/** xt_nat.c: rewrites where the connection goes. */
export const dnat: TargetExtension<NatSpec> = {
  name: 'DNAT',
  ends: 'ends',
  options: { '--to-destination': 1, '--to-dest': 1, '--to': 1, '--random': 0, '--persistent': 0 },
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  needsConntrack: () => true,
  parse: (options) => parseNatSpec(options, ['--to-destination', '--to-dest', '--to'], (text) => readNatTo(text, options.family)),
  print: (spec) => ['--to-destination', printNatTo(spec), ...natChoiceWords(spec, '--')].join(' '),
  parseListing(cursor) {
    const to = readNatTo(cursor.suffix('to:') ?? '', cursor.family)
    return to && { ...to, ...parseListedNatChoice(cursor) }
  },
  printListing: (spec) => [`to:${printNatTo(spec)}`, ...natChoiceWords(spec, '')].join(' '),
  region: (info) => natDistinctions(info, 'dport'),
  compile(spec) {
    const effect: Effect = { kind: 'nat', manip: 'destination', range: natRange(spec) }
    return () => effect
  },
}
