import { isLinkLocal, loopbackAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import { parsePort, printPortRange } from '../../net/portRange.ts'
import type { PortRange } from '../../net/portRange.ts'
import type { Skb } from '../../netfilter/skb.ts'
import { DROP } from '../effect.ts'
import type { Effect } from '../effect.ts'
import type { TargetExtension } from '../extension.ts'
import type { MatchContext } from '../matchContext.ts'
import type { OptionReader } from '../optionReader.ts'
import { natDistinctions } from '../natSpec.ts'

interface Redirect {
  readonly ports?: PortRange
  readonly random?: true
}

function parsedPorts(options: OptionReader): PortRange | null {
  const option = options.take('--to-ports', '--to-port')
  if (!option) return null
  const ports = readPorts(options.word(option))
  if (!ports) options.refuse(option.args[0] ?? option.flag, '--to-ports takes a port or a range, each 0 to 65535')
  return ports
}

function readPorts(text: string): PortRange | null {
  const [first = '', last = first] = text.split('-')
  const range = { first: parsePort(first), last: parsePort(last) }
  return range.first === null || range.last === null ? null : { first: range.first, last: range.last }
}

/** nf_nat_redirect.c: to the loopback address in OUTPUT, else to the first address of the interface it came in by. */
function redirectAddress(skb: Skb, context: MatchContext): Address | null {
  if (context.hook === 'OUTPUT') return loopbackAddress(skb.family)
  const addresses = context.addressesOf(skb.in ?? '')
  if (skb.family === 4) return addresses[0] ?? null
  return addresses.find((address) => isLinkLocal(address) === isLinkLocal(skb.dst)) ?? null
}

function redirected(skb: Skb, context: MatchContext, { ports, random }: Redirect): Effect {
  const address = redirectAddress(skb, context)
  if (!address) return DROP
  return {
    kind: 'nat',
    manip: 'destination',
    range: { minAddress: address, maxAddress: address, minPort: ports?.first ?? null, maxPort: ports?.last ?? null, random: random ?? false, netmap: false, basePort: null },
  }
}

/** xt_REDIRECT: DNAT to this machine. */
export const redirect: TargetExtension<Redirect> = {
  name: 'REDIRECT',
  ends: 'ends',
  options: { '--to-ports': 1, '--to-port': 1, '--random': 0 },
  needsConntrack: () => true,
  tables: ['nat'],
  hooks: ['PREROUTING', 'OUTPUT'],
  capture: ({ ports }) => (ports ? { port: ports.first, how: 'redirect' } : null),
  parse(options) {
    const ports = parsedPorts(options)
    return { ...(ports && { ports }), ...(options.has('--random') && { random: true }) }
  },
  print: ({ ports, random }) => [ports ? `--to-ports ${printPortRange(ports, '-')}` : '', random ? '--random' : ''].filter(Boolean).join(' '),
  parseListing(cursor) {
    const ports = cursor.skip('redir', 'ports') ? readPorts(cursor.next() ?? '') : null
    const random = cursor.skip('random')
    return { ...(ports && { ports }), ...(random && { random }) }
  },
  printListing: ({ ports, random }) => [ports ? `redir ports ${printPortRange(ports, '-')}` : '', random ? 'random' : ''].filter(Boolean).join(' '),
  region: (info) => natDistinctions(info, 'dport'),
  compile: (info) => (skb, context) => redirected(skb, context, info),
}
