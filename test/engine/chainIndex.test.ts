import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindsOf } from '../../src/analysis/kinds.ts'
import { literalOutcomes } from '../../src/analysis/outcomeSummary.ts'
import { Walker } from '../../src/analysis/walker.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { ipv4, parseAddress, printAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import { chainIndex, ChainIndex } from '../../src/ruleset/chainIndex.ts'
import type { Connection } from '../../src/world/connection.ts'
import { kubeProxySave } from '../bench/kubeProxySave.js'

const parsed = (text: string): Address => parseAddress(text) ?? expect.fail(text)

const question = (text: string) => {
  const { value } = readTranscript([{ name: 'rules', text }])
  return { state: value.states[0] ?? expect.fail('no rules'), facts: value.facts, given: { podAddresses: [], istioVersion: null } }
}

/** Rules of one long chain, as people and programs write them: many for one host, some for a network, for all but one, for none. */
const destination = fc.oneof(
  { weight: 6, arbitrary: fc.nat(11).map((host) => `-d 10.96.0.${host}/32 `) }, { weight: 1, arbitrary: fc.nat(11).map((host) => `! -d 10.96.0.${host}/32 `) },
  { weight: 1, arbitrary: fc.constantFrom('-d 10.96.0.0/29 ', '', '-s 203.0.113.9/32 ', '-s 203.0.113.9/32 -d 10.96.0.3/32 ') },
)
const target = fc.oneof({ weight: 5, arbitrary: fc.nat(250).map((host) => `-j DNAT --to-destination 10.128.0.${host + 1}:8080`) }, fc.constantFrom('-j RETURN', '-j ACCEPT', '-j OTHER', '-g OTHER', '-m statistic --mode random --probability 0.5 -j ACCEPT', '-j NOTHING-KNOWN'))
const rule = fc.tuple(destination, fc.constantFrom('', '-p tcp -m tcp --dport 80 ', '-p udp -m udp --dport 53 ', '-m owner --uid-owner nobody-knows '), target).map((parts) => parts.join(''))
const save = fc.tuple(fc.array(rule, { minLength: 9, maxLength: 40 }), fc.array(rule, { minLength: 0, maxLength: 12 })).map(([long, other]) => [
  '*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', ':LONG - [0:0]', ':OTHER - [0:0]', '-A PREROUTING -j LONG', '-A OUTPUT -j LONG',
  ...long.map((each) => `-A LONG ${each}`), ...other.filter((each) => !each.includes('OTHER')).map((each) => `-A OTHER ${each}`), 'COMMIT', '',
].join('\n'))

const connection = fc.record({ origin: fc.constantFrom('remote' as const, 'local' as const), proto: fc.constantFrom('tcp' as const, 'udp' as const), src: fc.constantFrom('203.0.113.9', '203.0.113.10'), host: fc.nat(13), dport: fc.constantFrom(53, 80) }).map(({ origin, proto, src, host, dport }): Connection => ({
  origin, proto, src: origin === 'remote' ? parsed(src) : null, sport: 40000, dst: parsed(`10.96.0.${host}`), dport, uid: 0, gid: 0, mark: 0, in: null, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW',
}))

describe('the index of a long chain', () => {
  it('finds what the chain finds rule by rule', () => {
    fc.assert(fc.property(save, fc.array(connection, { minLength: 4, maxLength: 4 }), (text, connections) => {
      const walker = new Walker(question(text), 4)
      // A watched walk tells every rule it misses, and so takes them one by one.
      for (const each of connections) expect(literalOutcomes(walker.outcomes(each, {}))).toEqual(literalOutcomes(walker.trace(each)))
    }), { numRuns: 150 })
  })

  it('finds what the chain finds, for every Service of a node and what is none', () => {
    const walker = new Walker(question(kubeProxySave(60)), 4)
    expect(kindsOf(walker.netns.rulesets)).toHaveLength(6)
    for (let n = 0; n < 64; n += 1) {
      const each = { origin: n % 2 === 0 ? 'remote' as const : 'local' as const, proto: 'tcp' as const, src: n % 2 === 0 ? ipv4(0x0a800000 + n) : null, sport: 40000, dst: ipv4(0x0a600000 + n), dport: n % 5 === 0 ? 443 : 80, uid: 0, gid: 0, mark: 0, in: null, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' as const }
      expect(literalOutcomes(walker.outcomes(each, {}))).toEqual(literalOutcomes(walker.trace(each)))
    }
  })

  it('hears of no rule for another host', () => {
    const [ruleset] = question(kubeProxySave(50)).state.rulesets
    const rules = ruleset?.tables[0]?.chains.find(({ name }) => name === 'KUBE-SERVICES')?.rules ?? expect.fail('no chain')
    const index = chainIndex(rules) ?? expect.fail('no index')
    expect([index.end, index.hosts.length, index.next(0, parsed('10.96.0.49')), index.next(50, parsed('10.96.0.49')), index.next(0, parsed('10.97.0.1'))]).toEqual(['dst', 50, 49, 50, 50])
  })

  it('goes to the next rule that asks for the address or for no one host', () => {
    const hosts = fc.array(fc.option(fc.nat(5).map((n) => ipv4(n)), { nil: null }), { maxLength: 30 })
    fc.assert(fc.property(hosts, fc.nat(30), fc.nat(6).map((n) => ipv4(n)), (asked, from, address) => {
      fc.pre(from <= asked.length)
      const expected = asked.findIndex((host, i) => i >= from && (host === null || printAddress(host) === printAddress(address)))
      expect(new ChainIndex('dst', asked).next(from, address)).toBe(expected < 0 ? asked.length : expected)
    }))
  })

  it('is of the end that most rules name, and of no short chain', () => {
    const chain = (rules: readonly string[]): ChainIndex | null => {
      const { value } = readTranscript([{ name: 'rules', text: ['*filter', ':INPUT ACCEPT [0:0]', ...rules.map((each) => `-A INPUT ${each}`), 'COMMIT', ''].join('\n') }])
      return chainIndex(value.states[0]?.rulesets[0]?.tables[0]?.chains[0]?.rules ?? expect.fail('no chain'))
    }
    const from = Array.from({ length: 9 }, (_, n) => `-s 192.0.2.${n}/32 -j DROP`)
    expect(chain(from)?.end).toBe('src')
    expect(chain(from.slice(0, 7))).toBeNull()
    expect(chain(from.map((each) => each.replace('/32', '/31')))).toBeNull()
  })
})
