import { holdsPort, printPortRange } from '../../net/portRange.ts'
import type { PortRange } from '../../net/portRange.ts'
import { hasPorts, protocolName } from '../../net/protocol.ts'
import { serviceName, servicePort } from '../../net/service.ts'
import type { Negatable } from '../../netfilter/ruleset.ts'
import type { MatchExtension, MatchTest } from '../extension.ts'
import type { ListingCursor } from '../listingCursor.ts'
import { bang } from '../negatable.ts'
import type { OptionReader } from '../optionReader.ts'

/** Which port is looked at: the source's, the destination's, or either. */
type Which = 'sports' | 'dports' | 'ports'

interface Multiport extends Negatable<readonly PortRange[]> {
  readonly which: Which
}

/** XT_MULTI_PORTS: a range takes two places. */
const PLACES = 15

const SPELLINGS: Readonly<Record<Which, readonly string[]>> = {
  sports: ['--sports', '--source-ports'],
  dports: ['--dports', '--destination-ports'],
  ports: ['--ports'],
}

const WHICH: readonly Which[] = ['sports', 'dports', 'ports']

function readPorts(text: string, protocol: number | null): PortRange[] | null {
  const name = protocol === null ? null : protocolName(protocol)
  const ranges: PortRange[] = []
  for (const part of text.split(',')) {
    const [low = '', high = low] = part.split(':')
    const [first, last] = [servicePort(low, name), servicePort(high, name)]
    if (first === null || last === null) return null
    ranges.push({ first, last })
  }
  return ranges
}

const places = (ranges: readonly PortRange[]): number => ranges.reduce((sum, { first, last }) => sum + (first === last ? 1 : 2), 0)

function parse(options: OptionReader): Multiport {
  for (const which of WHICH) {
    const option = options.take(...SPELLINGS[which])
    if (!option) continue
    const value = readPorts(options.word(option), options.protocol)
    if (!value || places(value) > PLACES) options.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a list of at most ${PLACES} ports (a range counts as two)`)
    return { which, value: value ?? [], negated: option.negated }
  }
  return { which: 'ports', value: [], negated: false }
}

function parseListing(cursor: ListingCursor): Multiport | null {
  if (cursor.peek() !== 'multiport') return null
  const which = WHICH.find((each) => cursor.peek(1) === each)
  const text = cursor.peek(2) ?? ''
  const negated = text.startsWith('!')
  const value = readPorts(negated ? text.slice(1) : text, cursor.protocol)
  if (!which || !value) return null
  cursor.position += 3
  return { which, value, negated }
}

const anyHolds = (ranges: readonly PortRange[], port: number): boolean => {
  for (const range of ranges) if (holdsPort(range, port)) return true
  return false
}

/** xt_multiport.c ports_match_v1. */
function compile({ which, value, negated }: Multiport): MatchTest {
  switch (which) {
    case 'sports': return (skb) => hasPorts(skb.protocol) && anyHolds(value, skb.sport) !== negated
    case 'dports': return (skb) => hasPorts(skb.protocol) && anyHolds(value, skb.dport) !== negated
    case 'ports': return (skb) => hasPorts(skb.protocol) && (anyHolds(value, skb.sport) || anyHolds(value, skb.dport)) !== negated
  }
}

/** Lists of ports. */
export const multiport: MatchExtension<Multiport> = {
  name: 'multiport',
  options: Object.fromEntries(Object.values(SPELLINGS).flat().map((flag) => [flag, 1])),
  parse,
  print: (info) => `${bang(info)}--${info.which} ${info.value.map((range) => printPortRange(range, ':')).join(',')}`,
  parseListing,
  printListing({ which, value, negated }, style, protocol) {
    const name = protocol === null ? '' : protocolName(protocol)
    const port = (number: number): string => (style === 'names' ? serviceName(number, name) : null) ?? `${number}`
    const ranges = value.map(({ first, last }) => (first === last ? port(first) : `${port(first)}:${port(last)}`))
    return `multiport ${which} ${negated ? ' !' : ''}${ranges.join(',')}`
  },
  compile,
  region: ({ which, value }) => value.map((range) => ({ of: ({ sports: 'sport', dports: 'dport', ports: 'port' } as const)[which], ...range })),
  seen: (skb) => `source port ${skb.sport}, destination port ${skb.dport}`,
}
