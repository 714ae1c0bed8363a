import fc from 'fast-check'
import type { Family } from '../../../src/net/address.ts'
import type { LabConnection, LabProtocol, Place } from '../labRun.ts'
import type { LabMode } from '../program.ts'
import { APP_PORTS, IDS, MARKS, NODE_PORTS, OUTSIDERS, poolOf, TCP_PORTS, UDP_PORTS } from './pools.ts'

function port(mode: LabMode, protocol: LabProtocol): fc.Arbitrary<number> {
  if (protocol === 'icmp') return fc.constant(0)
  if (mode === 'NODE') return fc.constantFrom(...(protocol === 'udp' ? [53, 5353] : [80, 8080, 22, 443]), ...NODE_PORTS)
  if (protocol === 'udp') return fc.constantFrom(...UDP_PORTS)
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...APP_PORTS, 80, 443) }, { weight: 1, arbitrary: fc.constantFrom(...TCP_PORTS) })
}

/** Of a host that is not the one with the rules. */
function fromFar(mode: LabMode, family: Family, protocol: LabProtocol): fc.Arbitrary<LabConnection> {
  const { own, second, near, far } = poolOf(mode, family)
  const [left = own, right = own] = near
  const places: readonly (readonly [Place, string])[] =
    mode === 'NODE' ? [['left', left], ['right', right], ...OUTSIDERS[family].map((source) => ['outside', source] as const)] : [...near, ...far].map((source) => ['outside', source])
  const to = mode === 'NODE' ? fc.constantFrom(own, own, ...near, ...far) : fc.constantFrom(own, own, own, own, second)
  return fc.tuple(fc.constantFrom(...places), to, port(mode, protocol)).map(([[from, source], dialled, at]): LabConnection => ({
    from, protocol, source, to: dialled === source ? own : dialled, port: at, uid: 0, gid: 0, mark: 0,
  }))
}

function fromInside(mode: LabMode, family: Family, protocol: LabProtocol): fc.Arbitrary<LabConnection> {
  const { own, second, loopback, near, far } = poolOf(mode, family)
  const source = fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.constantFrom(own, ...loopback) })
  const mark = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(...MARKS) })
  const to = fc.oneof({ weight: 1, arbitrary: fc.constantFrom(own, second, ...loopback) }, { weight: 4, arbitrary: fc.constantFrom(...near, ...far) })
  const ids = fc.oneof({ weight: 3, arbitrary: fc.constant([1000, 1000] as const) }, { weight: 1, arbitrary: fc.constantFrom(...IDS) })
  return fc.tuple(ids, source, mark, to, port(mode, protocol)).map(([[uid, gid], bound, marked, dialled, at]): LabConnection => ({
    from: 'inside', protocol, source: bound !== null && loopback.includes(bound) && dialled !== own && dialled !== second && !loopback.includes(dialled) ? null : bound, to: dialled, port: at, uid, gid, mark: marked,
  }))
}

export const connection = (mode: LabMode, family: Family): fc.Arbitrary<LabConnection> => fc.oneof(
  { weight: 16, arbitrary: fromInside(mode, family, 'tcp') }, { weight: 16, arbitrary: fromFar(mode, family, 'tcp') },
  { weight: 1, arbitrary: fromInside(mode, family, 'udp') }, { weight: 1, arbitrary: fromFar(mode, family, 'udp') },
  { weight: 1, arbitrary: fromInside(mode, family, 'icmp') }, { weight: 1, arbitrary: fromFar(mode, family, 'icmp') },
)
