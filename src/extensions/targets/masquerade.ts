import { isAnyAddress } from '../../net/address.ts'
import type { Skb } from '../../netfilter/skb.ts'
import { ACCEPT, DROP } from '../effect.ts'
import type { Effect, NatRange } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import type { MatchContext } from '../matchContext.ts'
import { natChoiceWords, natDistinctions, natRange, parseListedNatChoice, parseNatSpec, printNatPorts, readNatPorts } from '../natSpec.ts'
import type { NatSpec } from '../natSpec.ts'

/** nf_nat_masquerade.c: the address of the interface it leaves by; none is NF_DROP, an IPv4 source of 0.0.0.0 is left alone. */
function masqueraded({ minPort, maxPort, random, netmap, basePort }: NatRange, skb: Skb, context: MatchContext): Effect {
  if (skb.family === 4 && isAnyAddress(skb.src)) return ACCEPT
  const address = skb.out === null ? null : context.sourceTowards(skb.dst, skb.out)
  if (!address) return DROP
  return { kind: 'nat', manip: 'source', range: { minAddress: address, maxAddress: address, minPort, maxPort, random, netmap, basePort } }
}

/** xt_MASQUERADE: SNAT to the address of the outgoing interface. */
export const masquerade: TargetExtension<NatSpec> = {
  name: 'MASQUERADE',
  ends: 'ends',
  options: { '--to-ports': 1, '--to-port': 1, '--random': 0, '--random-fully': 0 },
  tables: ['nat'],
  hooks: ['POSTROUTING'],
  needsConntrack: () => true,
  parse: (options) => parseNatSpec(options, ['--to-ports', '--to-port'], readNatPorts),
  print: (spec) => [...(spec.ports ? ['--to-ports', printNatPorts(spec)] : []), ...natChoiceWords(spec, '--')].join(' '),
  parseListing(cursor) {
    const to = cursor.skip('masq', 'ports:') ? readNatPorts(cursor.next() ?? '') : {}
    return to && { ...to, ...parseListedNatChoice(cursor) }
  },
  printListing: (spec) => [...(spec.ports ? ['masq ports:', printNatPorts(spec)] : []), ...natChoiceWords(spec, '')].join(' '),
  region: (info) => natDistinctions(info, 'sport'),
  compile(spec) {
    const range = natRange(spec)
    return (skb, context) => masqueraded(range, skb, context)
  },
}
