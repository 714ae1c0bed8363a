import { describe, expect, it } from 'vitest'
import { ask, connection } from './ask.ts'

/** The smallest rules by which each mesh's installer turns a connection to its proxy. */
const rules = (inbound: string, outbound: string, ...more: readonly string[]): string =>
  ['*nat', ...[inbound, outbound].map((chain) => `:${chain} - [0:0]`), ...more, 'COMMIT', ''].join('\n')

const MESHES = [
  ['Linkerd', 4143, 4140, 2102, rules('PROXY_INIT_REDIRECT', 'PROXY_INIT_OUTPUT', '-A PREROUTING -j PROXY_INIT_REDIRECT', '-A OUTPUT -j PROXY_INIT_OUTPUT',
    '-A PROXY_INIT_OUTPUT -m owner --uid-owner 2102 -j RETURN', '-A PROXY_INIT_OUTPUT -o lo -j RETURN', '-A PROXY_INIT_OUTPUT -p tcp -j REDIRECT --to-ports 4140', '-A PROXY_INIT_REDIRECT -p tcp -j REDIRECT --to-ports 4143')],
  ['Consul', 20000, 15001, 5995, rules('CONSUL_PROXY_IN_REDIRECT', 'CONSUL_PROXY_REDIRECT', '-A PREROUTING -p tcp -j CONSUL_PROXY_IN_REDIRECT', '-A OUTPUT -p tcp -m owner --uid-owner 5995 -j RETURN',
    '-A OUTPUT -p tcp -j CONSUL_PROXY_REDIRECT', '-A CONSUL_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-ports 20000', '-A CONSUL_PROXY_REDIRECT -p tcp -j REDIRECT --to-ports 15001')],
  ['Open Service Mesh', 15003, 15001, 1500, rules('OSM_PROXY_IN_REDIRECT', 'OSM_PROXY_OUT_REDIRECT', '-A PREROUTING -p tcp -j OSM_PROXY_IN_REDIRECT', '-A OUTPUT -p tcp -m owner --uid-owner 1500 -j RETURN',
    '-A OUTPUT -p tcp -j OSM_PROXY_OUT_REDIRECT', '-A OSM_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15003', '-A OSM_PROXY_OUT_REDIRECT -p tcp -j REDIRECT --to-ports 15001')],
] as const

const codes = (text: string, line: string): string[] => ask(text, connection(line)).outcomes.flatMap(({ outcome }) => outcome.assumptions.map(({ code }) => code))

describe('other meshes, by their chains', () => {
  it.each(MESHES)('%s: inbound reaches %i', (_, inbound, __, ___, text) => {
    expect(ask(text, connection('10.1.1.1 > 10.20.0.77:8080')).outcomes.map(({ outcome }) => outcome.envoyPort)).toEqual([inbound])
  })

  it.each(MESHES)('%s: outbound reaches its port, the proxy\'s own does not come back', (_, __, outbound, uid, text) => {
    expect(ask(text, connection('uid 1000 > 151.101.65.67:443')).outcomes.map(({ outcome }) => outcome.envoyPort)).toEqual([outbound])
    expect(ask(text, connection(`uid ${uid} > 151.101.65.67:443`)).outcomes.map(({ outcome }) => outcome.captured)).toEqual([false])
  })

  it.each(MESHES)('%s: an outcome that rests on what its proxy dials says so', (_, __, ___, ____, text) => {
    expect(codes(text, '10.1.1.1 > 10.20.0.77:8080')).toContain('assume-mesh-dial')
  })
})

describe('rules of no known mesh', () => {
  it('something is taken to listen where they lead, and that is said', () => {
    const text = '*nat\n-A PREROUTING -p tcp -j REDIRECT --to-ports 7777\nCOMMIT\n'
    const { outcomes } = ask(text, connection('10.1.1.1 > 10.20.0.77:8080'))
    expect(outcomes.map(({ outcome }) => outcome.envoyPort)).toEqual([7777])
    expect(codes(text, '10.1.1.1 > 10.20.0.77:8080')).toContain('assume-unknown-proxy')
  })
})
