import { Protocol } from '../../net/protocol.ts'
import type { MatchExtension } from '../extension.ts'
import { listPorts, parseListedPorts, parsePorts, PORT_OPTIONS, portDistinctions, portTest, printPorts } from '../ports.ts'
import type { PortPair } from '../ports.ts'

/** libxt_udp: ports of UDP. */
export const udp: MatchExtension<PortPair> = {
  name: 'udp',
  options: PORT_OPTIONS,
  impliedBy: [Protocol.udp],
  parse: parsePorts,
  print: (ports) => printPorts(ports).join(' '),
  parseListing: (cursor) => (cursor.skip('udp') ? parseListedPorts(cursor, 'udp') : null),
  printListing: (ports, style) => ['udp', ...listPorts(ports, 'udp', style)].join(' '),
  compile({ sport, dport }) {
    const source = portTest(sport)
    const destination = portTest(dport)
    return (skb) => skb.protocol === Protocol.udp && source(skb.sport) && destination(skb.dport)
  },
  region: portDistinctions,
  seen: (skb) => `source port ${skb.sport}, destination port ${skb.dport}`,
}
