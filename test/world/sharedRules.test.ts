import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { traceJson } from '../../src/render/traceJson.ts'
import type { Connection } from '../../src/world/connection.ts'
import type { Question } from '../../src/world/question.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import { connection, POD, sockets } from './ask.ts'
import { connectionOf, recordedCases } from './kernelRecord.ts'

type Asked = Omit<Question, 'connection'>

const ROOT = join(import.meta.dirname, '../..')

const file = (name: string): string => readFileSync(join(ROOT, name), 'utf8')

/** Of families, origins, ports, interfaces and programs, so that what is assumed changes from one to the next. */
const MIXED: readonly Connection[] = [
  connection('10.20.0.78 > 10.20.0.77:18080'), connection('uid 1337 > 10.20.0.77:18080'), connection('10.20.0.78 > 10.20.0.99:22'), connection('uid 1000 > 151.101.65.67:443'),
  connection('10.20.0.78 > 10.20.0.77:15008'), connection('fd00::1 > fd00::2:80'), connection('uid 1000 > fd00::9:443'), connection('10.20.0.78 > 10.20.0.77:53', { proto: 'udp' }),
  connection('10.20.0.78 > 10.20.0.77:18080', { in: 'eth1' }), connection('uid 0 > 127.0.0.1:18080'), connection('10.20.0.78 > 10.96.0.1:443'), connection('10.20.0.78 > 10.20.0.77:18080'),
]

const shown = (asked: Asked, connection: Connection): unknown => {
  const trace = traceConnection({ ...asked, connection })
  return { ...traceJson(trace, []), complete: trace.complete, ends: trace.outcomes.map(({ ends }) => ends), events: trace.outcomes.map(({ events }) => events.length) }
}

/** Rules that nothing was made of before. */
const anew = (asked: Asked): Asked => ({ ...asked, state: structuredClone(asked.state), facts: structuredClone(asked.facts) })

function expectSame(text: string, connections: readonly Connection[]): void {
  const { value } = readTranscript([{ name: 'rules', text }])
  const asked = value.states.map((state): Asked => ({ state, facts: value.facts, given: { podAddresses: [], istioVersion: null } }))
  expect(asked).not.toHaveLength(0)
  for (const each of asked) expect(connections.map((one) => shown(each, one))).toEqual(connections.map((one) => shown(anew(each), one)))
}

describe('many connections through the same rules fare as each would alone', () => {
  it.each(['examples/redirect/nat.txt', 'examples/tproxy/mangle.txt', 'examples/tproxy/nat.txt', 'examples/node/rules.txt', 'test/seeds/data/source-ip.txt', 'test/host/data/pod-redirect.txt', 'test/host/data/pod-dual-stack.txt'])('%s', (name) => {
    expectSame(file(name), MIXED)
  })

  it('with interfaces, routes and sockets beside the rules', () => {
    expectSame(`${file('examples/redirect/nat.txt')}${POD}`, MIXED)
    expectSame(`${file('examples/redirect/nat.txt')}${POD}${sockets('envoy 1337 0.0.0.0:15006', 'envoy 1337 0.0.0.0:15001', 'app 1000 0.0.0.0:18080')}`, MIXED)
  })

  it('in an ambient pod, whose tunnel leads to another address each time', () => {
    expectSame(`*mangle\n:ISTIO_PRERT - [0:0]\n-A PREROUTING -j ISTIO_PRERT\nCOMMIT\n${sockets('app 1000 0.0.0.0:18080')}`, [...MIXED, connection('10.20.0.78 > 10.20.0.79:15008')])
  })

  it('in what the kernel was recorded with, with and without its interfaces', () => {
    const cases = recordedCases.filter((_, i) => i % 4 === 0)
    expect(cases.length).toBeGreaterThan(10)
    for (const { bundle, attempts } of cases) {
      const connections = attempts.slice(0, 4).map((attempt) => connectionOf(bundle, attempt))
      expectSame(bundle, connections)
      expectSame(bundle.replace(/^\$ (ip|ss|sysctl) [\s\S]*/m, ''), connections)
    }
  })
})
