import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { repairConnmark } from '../../src/istio/connmarkMisprint.ts'
import { parseAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { packetPaths } from '../../src/render/packetPaths.ts'
import type { Connection } from '../../src/world/connection.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import type { TracedOutcome } from '../../src/world/traceConnection.ts'

const text = readFileSync(join(import.meta.dirname, 'data/source-ip.txt'), 'utf8')
const { value: transcript, diagnostics } = readTranscript([{ name: 'source-ip.txt', text }])

const address = (written: string): Address => parseAddress(written) ?? expect.fail(`${written} is no address`)

const remote = (src: string, dst: string, dport: number): Connection => ({
  origin: 'remote', proto: 'tcp', src: address(src), sport: null, dst: address(dst), dport, uid: 0, gid: 0, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
})

const local = (uid: number, dst: string, dport: number): Connection => ({ ...remote('10.20.0.77', dst, dport), origin: 'local', src: null, uid, gid: uid })

type Reading = 'repaired' | 'literal'

function walk(state: number, connection: Connection, reading: Reading = 'repaired'): TracedOutcome {
  const chosen = transcript.states[state - 1] ?? expect.fail('there is no such state')
  const rulesets = reading === 'literal' ? chosen.rulesets : chosen.rulesets.map((ruleset: Ruleset) => repairConnmark(ruleset).value)
  const trace = traceConnection({ state: { ...chosen, rulesets }, facts: transcript.facts, given: { podAddresses: [address('10.20.0.77')], istioVersion: '1.11.3' }, connection })
  expect(trace.outcomes).toHaveLength(1)
  return trace.outcomes[0] ?? expect.fail('no outcome')
}

const rulesOf = (traced: TracedOutcome, leg: number): string[] =>
  packetPaths(traced.events).filter((packet) => packet.leg === leg && packet.flags === 'SYN').flatMap(({ path }) => path.filter(({ rule }) => rule !== null).map(({ table, chain, rule }) => `${table} ${chain} ${rule}`))

describe('the dumps of the article on 127.0.0.6', () => {
  it('are two states: nat alone, then mangle and nat', () => {
    expect(transcript.states.map(({ dumps }) => dumps.map(({ table }) => table.name))).toEqual([['nat'], ['mangle', 'nat']])
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('REDIRECT: 15006, and the app sees 127.0.0.6', () => {
    const { outcome } = walk(1, remote('10.20.0.78', '10.20.0.77', 18080))
    expect(outcome).toMatchObject({ result: 'connected', captured: true, envoyPort: 15006, reachesApp: true, appSees: '127.0.0.6', probability: 1 })
    expect(outcome.accepts).toEqual([
      { process: 'envoy', remote: false, port: 15006, peer: '10.20.0.78', originalDestination: '10.20.0.77:18080' },
      { process: 'app', remote: false, port: 18080, peer: '127.0.0.6', originalDestination: '10.20.0.77:18080' },
    ])
    expect(outcome.upstreams).toEqual([{ port: 15006, to: '10.20.0.77:18080', result: 'connected' }])
  })

  it('REDIRECT: names the rules by number as the kernel meets them', () => {
    const traced = walk(1, remote('10.20.0.78', '10.20.0.77', 18080))
    expect(rulesOf(traced, 0)).toEqual(['nat PREROUTING 1', 'nat ISTIO_INBOUND 6', 'nat ISTIO_IN_REDIRECT 1'])
    expect(rulesOf(traced, 1)).toEqual(['nat OUTPUT 1', 'nat ISTIO_OUTPUT 1'])
  })

  it('TPROXY: 15006, and the app sees the client', () => {
    const { outcome } = walk(2, remote('10.20.0.78', '10.20.0.77', 18080))
    expect(outcome).toMatchObject({ result: 'connected', captured: true, envoyPort: 15006, reachesApp: true, appSees: '10.20.0.78' })
  })

  it('TPROXY with CONNMARK taken literally: connected, the upstream times out, the app never accepts', () => {
    const { outcome } = walk(2, remote('10.20.0.78', '10.20.0.77', 18080), 'literal')
    expect(outcome).toMatchObject({ result: 'connected', envoyPort: 15006, reachesApp: false, appSees: null })
    expect(outcome.upstreams).toEqual([{ port: 15006, to: '10.20.0.77:18080', result: 'timeout' }])
  })

  it('the repair says which lines it read otherwise', () => {
    const said = (transcript.states[1]?.rulesets ?? []).flatMap((ruleset) => repairConnmark(ruleset).diagnostics)
    expect(said.map(({ code, span }) => [code, span?.file])).toEqual([['connmark-misprint', 'source-ip.txt'], ['connmark-misprint', 'source-ip.txt']])
  })

  it.each([
    ['the app to the world: 15001, then out as the pod', local(1000, '151.101.65.67', 443), { captured: true, envoyPort: 15001, result: 'connected' }, ['envoy 15001 10.20.0.77', 'remote 443 10.20.0.77']],
    ['the proxy to the world: not captured', local(1337, '151.101.65.67', 443), { captured: false, envoyPort: null, result: 'connected' }, ['remote 443 10.20.0.77']],
    ['outside to 15021', remote('10.20.0.78', '10.20.0.77', 15021), { captured: false, envoyPort: 15021 }, ['envoy 15021 10.20.0.78']],
    ['outside to 15090', remote('10.20.0.78', '10.20.0.77', 15090), { captured: false, envoyPort: 15090 }, ['envoy 15090 10.20.0.78']],
    ['outside to 15020', remote('10.20.0.78', '10.20.0.77', 15020), { captured: false, envoyPort: null }, ['agent 15020 10.20.0.78']],
    ['outside to 22', remote('10.20.0.78', '10.20.0.77', 22), { captured: false, envoyPort: null, appSees: '10.20.0.78' }, ['app 22 10.20.0.78']],
    ['the app to its own pod', local(1000, '10.20.0.77', 18080), { captured: false, appSees: '10.20.0.77' }, ['app 18080 10.20.0.77']],
    ['the proxy to its own pod: 15006', local(1337, '10.20.0.77', 18080), { captured: true, envoyPort: 15006, appSees: '127.0.0.6' }, ['envoy 15006 10.20.0.77', 'app 18080 127.0.0.6']],
    ['to localhost: direct', local(1000, '127.0.0.1', 18080), { captured: false, appSees: '127.0.0.1' }, ['app 18080 127.0.0.1']],
  ])('REDIRECT: %s', (_, connection, expected, accepts) => {
    const { outcome } = walk(1, connection)
    expect(outcome).toMatchObject(expected)
    expect(outcome.accepts.map(({ process, port, peer }) => `${process} ${port} ${peer}`)).toEqual(accepts)
  })

  it('ping is not intercepted', () => {
    const { outcome, events } = walk(1, { ...remote('10.20.0.78', '10.20.0.77', 0), proto: 'icmp' })
    expect(outcome).toMatchObject({ result: 'connected', captured: false, envoyPort: null })
    expect(events.some(({ step }) => step.kind === 'ruleMissed' && step.asked === '-p tcp')).toBe(true)
  })
})
