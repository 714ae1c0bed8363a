import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { kindsOf } from '../../src/analysis/kinds.ts'
import { literalOutcomes, outcomesFor, outcomesOfRegion } from '../../src/analysis/outcomeSummary.ts'
import { regionsOf } from '../../src/analysis/regions.ts'
import type { Region } from '../../src/analysis/regions.ts'
import { RegionSpace } from '../../src/analysis/regionSpace.ts'
import type { Kind } from '../../src/analysis/regionSpace.ts'
import { Walker } from '../../src/analysis/walker.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { istioRules } from '../../src/istio/rules.ts'
import { parseAddress } from '../../src/net/address.ts'
import { printSave } from '../../src/ruleset/print.ts'
import type { Connection } from '../../src/world/connection.ts'
import { labCase } from '../kernel/generate/cases.ts'
import { restoreText } from '../kernel/restoreText.ts'
import { kubeProxySave } from '../bench/kubeProxySave.js'
import { POD, sockets } from '../world/ask.ts'

const NOBODY = { noted: () => undefined, delivered: () => undefined }

function walkerOf(text: string): Walker {
  const { value } = readTranscript([{ name: 'rules', text }])
  return new Walker({ state: value.states[0] ?? { rulesets: [], dumps: [] }, facts: value.facts, given: { podAddresses: [], istioVersion: null } }, 4)
}

const INJECTED = ['-p', '15001', '-z', '15006', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020']

const istio = (version: string, args: readonly string[] = []): string => {
  const made = istioRules({ version, family: 4, args: [...INJECTED, ...args], podIps: ['10.20.0.77'] }).value
  return `$ iptables-save\n${made ? printSave(made.ruleset, 'plain') : expect.fail('no rules')}${POD}`
}

const IPS = ['10.20.0.77', '10.20.0.78', '10.20.0.80', '127.0.0.1', '127.0.0.6', '127.1.2.3', '10.96.0.10', '9.9.9.9', '151.101.65.67', '203.0.113.200', '1.0.0.0', '223.255.255.255', '10.96.0.0', '10.96.0.7', '10.96.0.29', '10.96.0.30', '10.128.0.5', '10.128.0.22']
const PORTS = [1, 22, 53, 80, 443, 7777, 8080, 9000, 15000, 15001, 15006, 15008, 15020, 15021, 15053, 15090, 18080, 31000, 65535]
const IDS = [0, 1, 999, 1000, 1336, 1337, 1338, 65534]
const MARKS = [0, 1, 0x539, 0x53a, 0x111, 0x1539, 1338]

const addressArbitrary = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...IPS) }, { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((parts) => parts.join('.')) })

const portArbitrary = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PORTS) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 65535 }) })

const parsed = (text: string): Connection['dst'] => parseAddress(text) ?? expect.fail(text)

const connectionOf = ({ origin, proto }: Kind): fc.Arbitrary<Connection> =>
  fc.record({ src: addressArbitrary, dst: addressArbitrary, sport: fc.integer({ min: 32768, max: 60999 }), dport: portArbitrary, uid: fc.constantFrom(...IDS), gid: fc.constantFrom(...IDS), mark: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(...MARKS)) }).map(({ src, dst, sport, dport, uid, gid, mark }) => ({
    origin, proto, src: origin === 'remote' ? parsed(src) : null, sport: proto === 'icmp' ? null : sport, dst: parsed(dst), dport: proto === 'icmp' ? 0 : dport, uid: origin === 'local' ? uid : 0, gid: origin === 'local' ? gid : 0, mark: origin === 'local' ? mark : 0,
    in: null, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' as const,
  }))

const holds = ({ box }: Region, point: readonly number[]): boolean => box.every((elements, i) => ((elements >> BigInt(point[i] ?? 0)) & 1n) === 1n)

/** A connection is in one region, and fares as that says; false where it is none of the space's. */
function agrees(space: RegionSpace, regions: readonly Region[], walker: Walker, connection: Connection): boolean {
  const point = space.pointOf(connection)
  if (!point) return false
  const [region, ...more] = regions.filter((each) => holds(each, point))
  expect(more).toEqual([])
  if (!region) return expect.fail('no region has it')
  expect(literalOutcomes(walker.outcomes(connection, NOBODY))).toEqual(outcomesFor(outcomesOfRegion(region.outcomes[0] ?? [], region.connection), connection))
  return true
}

const SETS: readonly (readonly [string, string])[] = [
  ['Istio 1.11, REDIRECT', istio('1.11.3')], ['Istio 1.20, REDIRECT, ports and ranges', istio('1.20', ['-i', '10.96.0.0/12', '-x', '10.96.0.10/32', '-o', '9000', '-b', '*', '-d', '7777'])],
  ['Istio 1.11, TPROXY', istio('1.11.3', ['-m', 'TPROXY', '-g', '1337', '-u', '1337'])], ['Istio 1.20, TPROXY', istio('1.20', ['-m', 'TPROXY'])],
  ['kube-proxy, 30 Services', kubeProxySave(30)],
  ['sockets as they are shown', istio('1.20') + sockets('envoy 1337 0.0.0.0:15001', 'envoy 1337 0.0.0.0:15006', 'app 1000 0.0.0.0:18080', 'app 1000 127.0.0.1:9000')],
]

describe('regions', () => {
  it.each(SETS)('%s: every connection fares as its region says', (_, text) => {
    const walker = walkerOf(text)
    let asked = 0
    for (const kind of kindsOf(walker.netns.rulesets)) {
      const space = new RegionSpace(kind, [walker])
      const { found, inexact } = regionsOf(space, [walker])
      expect(inexact).toEqual([])
      fc.assert(fc.property(connectionOf(kind), (connection) => { if (agrees(space, found, walker, connection)) asked += 1 }), { numRuns: 4800 })
    }
    expect(asked).toBeGreaterThan(20_000)
  }, 240_000)

  it.each(['REDIRECT', 'TPROXY'] as const)('of random rules, held against every connection of a small world: %s', (mode) => {
    const each = <T>(values: readonly T[], does: (value: T) => void): void => { for (const value of values) does(value) }
    fc.assert(fc.property(labCase({ kind: 'random', mode, backend: 'nft', family: 4 }, 1), (rules) => {
      const walker = walkerOf(restoreText(rules) + POD)
      for (const origin of ['remote', 'local'] as const) {
        const space = new RegionSpace({ family: 4, origin, proto: 'tcp' }, [walker])
        const { found } = regionsOf(space, [walker])
        if (space.inexact.length > 0) continue
        const blank = { origin, proto: 'tcp', sport: 40001, in: null, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' } as const
        each(IPS.slice(0, 10), (dst) => { each([22, 80, 443, 8080, 15001, 15006, 15021, 18080], (dport) => {
          if (origin === 'remote') each(IPS.slice(0, 10), (src) => { agrees(space, found, walker, { ...blank, src: parsed(src), dst: parsed(dst), dport, uid: 0, gid: 0, mark: 0 }) })
          else each([1000, 1337], (uid) => { each([1000, 1337], (gid) => { each([0, 0x539], (mark) => { agrees(space, found, walker, { ...blank, src: null, dst: parsed(dst), dport, uid, gid, mark }) }) }) })
        }) })
      }
    }), { numRuns: 6 })
  }, 240_000)

  it.each([['REDIRECT', 'random'], ['TPROXY', 'random'], ['REDIRECT', 'mutant'], ['TPROXY', 'mutant']] as const)('of random rules: %s, %s', (mode, kind) => {
    let exact = 0
    fc.assert(fc.property(labCase({ kind, mode, backend: 'nft', family: 4 }, 1), fc.integer(), (rules, seed) => {
      const walker = walkerOf(restoreText(rules) + POD)
      for (const each of kindsOf(walker.netns.rulesets)) {
        const space = new RegionSpace(each, [walker])
        const { found } = regionsOf(space, [walker])
        if (space.inexact.length > 0) continue
        exact += 1
        for (const connection of fc.sample(connectionOf(each), { numRuns: 12, seed })) agrees(space, found, walker, connection)
      }
    }), { numRuns: 12 })
    expect(exact).toBeGreaterThan(30)
  }, 240_000)
})
