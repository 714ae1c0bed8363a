import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { link } from '../../src/ruleset/link.ts'
import { ask, connection, only, POD, sockets } from './ask.ts'
import type { TracedOutcome } from '../../src/world/traceConnection.ts'

const save = (table: string, ...lines: readonly string[]): string => `$ iptables-save\n*${table}\n${lines.join('\n')}\nCOMMIT\n`

const drops = ({ events }: TracedOutcome): string[] => events.flatMap(({ step }) => (step.kind === 'dropped' ? [step.code] : []))

const APP = sockets('app 1000 0.0.0.0:18080')
const REDIRECT = save('nat', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -p tcp -j REDIRECT --to-ports 15006')
const TPROXY = save('mangle', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -p tcp -j TPROXY --on-port 15006 --on-ip 0.0.0.0 --tproxy-mark 0x539/0xffffffff')

/** A chain that jumps to the next, this many deep. */
const nested = (depth: number): string =>
  save('filter', ':INPUT ACCEPT [0:0]', ...Array.from({ length: depth }, (_, i) => `:C${i} - [0:0]`), '-A INPUT -j C0', ...Array.from({ length: depth - 1 }, (_, i) => `-A C${i} -j C${i + 1}`), `-A C${depth - 1} -p tcp -j DROP`)

const diagnosed = (text: string): string[] => readTranscript([{ name: 'test', text }]).value.states.flatMap(({ rulesets }) => rulesets.flatMap(link)).map(({ code }) => code)

describe('faults, as the kernel has them', () => {
  it.each([['-j'], ['-g']])('chains that loop by %s are refused, and what happens there is unknown', (jump) => {
    const text = save('filter', ':INPUT ACCEPT [0:0]', ':A - [0:0]', ':B - [0:0]', `-A INPUT ${jump} A`, `-A A ${jump} B`, `-A B ${jump} A`)
    expect(diagnosed(text)).toContain('chain-loop')
    expect(ask(text + POD + APP, connection('10.20.0.78 > 10.20.0.77:18080')).outcomes.length).toBeGreaterThan(1)
  })

  it('a chain that jumps to itself', () => {
    expect(diagnosed(save('filter', ':INPUT ACCEPT [0:0]', ':A - [0:0]', '-A INPUT -j A', '-A A -j A'))).toEqual(['chain-loop'])
  })

  it('one rule twice in a built-in chain is said', () => {
    expect(diagnosed(save('nat', ':OUTPUT ACCEPT [0:0]', ':X - [0:0]', '-A OUTPUT -p tcp -j X', '-A OUTPUT -j ACCEPT', '-A OUTPUT -p tcp -j X', '-A X -j RETURN', '-A X -j RETURN'))).toEqual(['rule-twice'])
  })

  it.each([[15, []], [16, ['deep-chains']], [1000, ['deep-chains']]])('chains %i deep are walked', (depth, codes) => {
    expect(diagnosed(nested(depth))).toEqual(codes)
    expect(only(ask(nested(depth) + POD + APP, connection('10.20.0.78 > 10.20.0.77:18080'))).outcome.result).toBe('timeout')
  })

  it('a namespace with no sockets refuses', () => {
    expect(only(ask(`${REDIRECT}${POD}${sockets()}`, connection('10.20.0.78 > 10.20.0.77:18080'))).outcome).toMatchObject({ result: 'refused', captured: true, accepts: [] })
  })

  it('a namespace with no routes: the SYN arrives, its answer has no way', () => {
    const bare = POD.replace(/\$ ip rule[\s\S]*/, '$ ip route show table all\nlocal 10.20.0.77 dev eth0 table local proto kernel scope host src 10.20.0.77\n')
    expect(only(ask(save('filter', ':INPUT ACCEPT [0:0]') + bare + APP, connection('10.20.0.78 > 10.20.0.77:18080'))).outcome).toMatchObject({ result: 'timeout', accepts: [] })
    expect(only(ask(save('filter', ':INPUT ACCEPT [0:0]') + bare + APP, connection('uid 1000 > 151.101.65.67:443'))).outcome.result).toBe('unreachable')
  })

  it('two default routes: the lower metric', () => {
    const two = POD.replace('default via 10.20.0.1 dev eth0', 'default via 10.99.0.1 dev eth1 metric 100\ndefault via 10.20.0.1 dev eth0 metric 50')
    const { events } = only(ask(save('filter', ':INPUT ACCEPT [0:0]') + two + APP, connection('uid 1000 > 151.101.65.67:443')))
    expect(events.flatMap(({ step }) => (step.kind === 'transmitted' ? [step.device] : []))).toContain('eth0')
  })

  it('REDIRECT on an interface without an address drops', () => {
    const bare = POD.replace('    inet 10.20.0.77/24 scope global eth0\n', '')
    const traced = only(ask(REDIRECT + bare + APP, connection('10.20.0.78 > 10.20.0.77:18080', { in: 'eth0' })))
    expect(traced.outcome.result).toBe('timeout')
    expect(drops(traced)).toContain('dropped')
  })

  it('TPROXY without a listener: silence', () => {
    const traced = only(ask(TPROXY + POD + APP, connection('10.20.0.78 > 10.20.0.77:8080')))
    expect(traced.outcome).toMatchObject({ result: 'timeout', accepts: [] })
    expect(drops(traced)).toContain('tproxy-no-socket')
  })

  it('TPROXY with a listener that is not transparent: silence', () => {
    const traced = only(ask(TPROXY + POD + sockets('envoy 1337 0.0.0.0:15006'), connection('10.20.0.78 > 10.20.0.77:8080')))
    expect(traced.outcome.result).toBe('timeout')
    expect(drops(traced)).toContain('tproxy-no-socket')
  })

  it('without table 133 a TPROXY packet for another address is not delivered', () => {
    const without = POD.replace('32765:	from all fwmark 0x539 lookup 133\n', '')
    const traced = only(ask(TPROXY + without + sockets('envoy 0 0.0.0.0:15006 transparent'), connection('10.20.0.78 > 10.96.0.10:80')))
    expect(traced.outcome).toMatchObject({ envoyPort: null, accepts: [] })
    expect(drops(traced)).toContain('no-route')
    expect(only(ask(TPROXY + POD + sockets('envoy 0 0.0.0.0:15006 transparent'), connection('10.20.0.78 > 10.96.0.10:80'))).outcome.envoyPort).toBe(15006)
  })
})

describe('packets out of the blue', () => {
  const rules = REDIRECT
  const facts = POD + sockets('app 1000 0.0.0.0:18080', 'envoy 1337 0.0.0.0:15006')

  it.each([
    ['a stray RST keeps its port: conntrack calls it INVALID', 0x04, 'timeout', false],
    ['a stray SYN-ACK keeps its port and is answered by RST', 0x12, 'refused', false],
    ['a stray ACK is NEW (tcp_loose) and is redirected', 0x10, 'refused', true],
  ])('%s', (_, tcpFlags, result, captured) => {
    expect(only(ask(rules + facts, connection('10.20.0.78 > 10.20.0.77:18080', { tcpFlags }))).outcome).toMatchObject({ result, captured })
  })

  it('a packet conntrack calls INVALID is dropped by a rule that says so', () => {
    const text = save('filter', ':INPUT ACCEPT [0:0]', '-A INPUT -m conntrack --ctstate INVALID -j DROP')
    expect(only(ask(text + facts, connection('10.20.0.78 > 10.20.0.77:18080', { ctState: 'INVALID' }))).outcome.result).toBe('timeout')
    expect(only(ask(text + facts, connection('10.20.0.78 > 10.20.0.77:18080'))).outcome.result).toBe('connected')
  })
})

describe('found by random rules in a kernel', () => {
  it('answers are not answered: a datagram whose sender was rewritten ends', () => {
    const text = save('nat', '-A POSTROUTING -p udp -j SNAT --to-source 10.20.0.99') + POD + sockets()
    expect(only(ask(text, connection('uid 1000 > 10.20.0.78:12345', { proto: 'udp' }))).outcome.result).toBe('timeout')
  })

  it('a SYN-ACK is as long as the SYN', () => {
    const text = save('filter', '-A OUTPUT -p tcp -m length --length 0:60 -j DROP') + POD + APP
    expect(only(ask(text, connection('10.20.0.78 > 10.20.0.77:18080'))).outcome).toMatchObject({ result: 'timeout' })
    expect(only(ask(text.replace('0:60', '0:59'), connection('10.20.0.78 > 10.20.0.77:18080'))).outcome.result).toBe('connected')
  })
})
