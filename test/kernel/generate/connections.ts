import fc from 'fast-check'
import type { Family } from '../../../src/net/address.ts'
import type { LabConnection, LabProtocol } from '../labRun.ts'
import { APP_PORTS, IDS, MARKS, POOLS, TCP_PORTS, UDP_PORTS } from './pools.ts'

const port = (protocol: LabProtocol): fc.Arbitrary<number> =>
  protocol === 'icmp' ? fc.constant(0) : protocol === 'udp' ? fc.constantFrom(...UDP_PORTS) : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...APP_PORTS, 80, 443) }, { weight: 2, arbitrary: fc.constantFrom(...TCP_PORTS) })

function fromOutside(family: Family, protocol: LabProtocol): fc.Arbitrary<LabConnection> {
  const { pod, second, near, far } = POOLS[family]
  return fc.record({
    from: fc.constant('outside'), protocol: fc.constant(protocol), source: fc.constantFrom(...near, ...far), to: fc.constantFrom(pod, pod, pod, second), port: port(protocol),
    uid: fc.constant(0), gid: fc.constant(0), mark: fc.constant(0),
  })
}

function fromPod(family: Family, protocol: LabProtocol): fc.Arbitrary<LabConnection> {
  const { pod, second, loopback, near, far } = POOLS[family]
  const source = fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(pod, ...loopback) })
  const mark = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...MARKS) })
  const to = fc.oneof({ weight: 2, arbitrary: fc.constantFrom(pod, second, ...loopback) }, { weight: 3, arbitrary: fc.constantFrom(...near, ...far) })
  return fc.tuple(fc.constantFrom(...IDS, [1000, 1000] as const, [2000, 3000] as const), source, mark, to, port(protocol)).map(([[uid, gid], bound, marked, dialled, at]): LabConnection => ({
    from: 'pod', protocol, source: bound !== null && loopback.includes(bound) && dialled !== pod && dialled !== second && !loopback.includes(dialled) ? null : bound, to: dialled, port: at, uid, gid, mark: marked,
  }))
}

export const connection = (family: Family): fc.Arbitrary<LabConnection> => fc.oneof(
  { weight: 8, arbitrary: fromPod(family, 'tcp') }, { weight: 8, arbitrary: fromOutside(family, 'tcp') },
  { weight: 2, arbitrary: fromPod(family, 'udp') }, { weight: 2, arbitrary: fromOutside(family, 'udp') },
  { weight: 1, arbitrary: fromPod(family, 'icmp') }, { weight: 1, arbitrary: fromOutside(family, 'icmp') },
)
