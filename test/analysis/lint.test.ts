import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/analysis/findings/finding.ts'
import { deadRules } from '../../src/analysis/findings/deadRules.ts'
import { lint } from '../../src/analysis/lint.ts'
import { TableWalk } from '../../src/analysis/tableReach.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { recogniseIstio } from '../../src/istio/recognise/recogniseIstio.ts'
import { istioRules } from '../../src/istio/rules.ts'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { link } from '../../src/ruleset/link.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import { goldens, loaded } from '../istio/goldens.ts'
import { labCase } from '../kernel/generate/cases.ts'
import { restoreText } from '../kernel/restoreText.ts'
import { connection, POD, sockets } from '../world/ask.ts'

function findings(text: string, istioVersion: string | null = null): readonly Finding[] {
  const { value } = readTranscript([{ name: 'rules', text }])
  const state = value.states[0] ?? expect.fail('no rules')
  return lint({ state, facts: value.facts, given: { podAddresses: [], istioVersion } }, recogniseIstio(state.rulesets))
}

const codes = (text: string): string[] => [...new Set(findings(text).map(({ code }) => code))].toSorted()

const INJECTED = ['-p', '15001', '-z', '15006', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020']

function istio(version: string, mode = 'REDIRECT'): string {
  const made = istioRules({ version, family: 4, args: [...INJECTED, '-m', mode], podIps: ['10.20.0.77'] }).value
  return `$ iptables-save\n${made ? printSave(made.ruleset, 'plain') : expect.fail('no rules')}`
}

const withArgs = (...args: readonly string[]): string => {
  const made = istioRules({ version: '1.20', family: 4, args: [...INJECTED, ...args], podIps: ['10.20.0.77'] }).value
  return `$ iptables-save\n${made ? printSave(made.ruleset, 'plain') : expect.fail('no rules')}`
}

const REDIRECT = istio('1.20')
const SHOWN = sockets('envoy 1337 0.0.0.0:15001', 'envoy 1337 0.0.0.0:15006', 'app 1000 0.0.0.0:18080')

/** A rule before one, or one changed. */
const edited = (text: string, from: string | RegExp, to: string): string => { expect(text).toMatch(from); return text.replace(from, to) }

describe('findings', () => {
  it.each<readonly [string, string, string, string]>([
    ['dead-rule', 'a rule behind one that takes all of its packets', edited(REDIRECT, '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -d 10.0.0.0/8 -j RETURN\n-A ISTIO_OUTPUT -d 10.1.2.3/32 -p tcp -j RETURN\n-A ISTIO_OUTPUT -s') + POD, REDIRECT + POD],
    ['dead-rule', 'a rule behind several that take its packets together', edited(REDIRECT, '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -s 10.0.0.0/9 -j RETURN\n-A ISTIO_OUTPUT -s 10.128.0.0/9 -j RETURN\n-A ISTIO_OUTPUT -s 10.0.0.0/8 -p tcp -j RETURN\n-A ISTIO_OUTPUT -s') + POD, edited(REDIRECT, '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -s 10.0.0.0/9 -j RETURN\n-A ISTIO_OUTPUT -s 10.0.0.0/8 -p tcp -j RETURN\n-A ISTIO_OUTPUT -s') + POD],
    ['dead-rule', 'one that asks for what cannot be', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -m tcp --dport 1 -j DROP\nCOMMIT\n' + POD, '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p udp -m udp --dport 1 -j DROP\nCOMMIT\n' + POD],
    ['istio-excluded-and-included', 'an outbound port in both of Istio\'s lists', withArgs('-o', '9000', '-q', '9000') + POD, withArgs('-o', '9000', '-q', '9001') + POD],
    ['istio-excluded-and-included', 'a network in both of Istio\'s lists', withArgs('-i', '10.0.0.0/8', '-x', '10.0.0.0/8') + POD, withArgs('-i', '10.0.0.0/8', '-x', '10.1.0.0/16') + POD],
    ['excluded-and-included', 'a port that somebody lets out by hand', edited(withArgs('-q', '9000'), '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -p tcp -m tcp --dport 8000:9999 -m comment --comment mine -j RETURN\n-A ISTIO_OUTPUT -s') + POD, edited(withArgs('-q', '9000'), '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -p tcp -m tcp --dport 8000 -m comment --comment mine -j RETURN\n-A ISTIO_OUTPUT -s') + POD],
    ['unreachable-chain', 'a chain of one\'s own', edited(REDIRECT, '-A ISTIO_OUTPUT -s', '-A MINE -j RETURN\n-A ISTIO_OUTPUT -s').replace(':ISTIO_OUTPUT', ':MINE - [0:0]\n:ISTIO_OUTPUT') + POD, REDIRECT + POD],
    ['istio-unreachable-chain', 'TPROXY\'s nat ISTIO_INBOUND', istio('1.20', 'TPROXY') + POD, REDIRECT + POD],
    ['istio-dead-rule', 'the gid rules on lo', REDIRECT + POD, istio('1.4') + POD],
    ['counters-contradict', 'packets counted by a dead rule', '*filter\n:INPUT ACCEPT [0:0]\n[9:99] -A INPUT -j DROP\n[3:180] -A INPUT -p tcp -j ACCEPT\nCOMMIT\n' + POD, '*filter\n:INPUT ACCEPT [0:0]\n[9:99] -A INPUT -j DROP\n[0:0] -A INPUT -p tcp -j ACCEPT\nCOMMIT\n' + POD],
    ['missing-chain', 'a jump to nothing', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j NOWHERE\nCOMMIT\n' + POD, REDIRECT + POD],
    ['proxy-loop', 'a proxy that is not let out', edited(REDIRECT, /-A ISTIO_OUTPUT -m owner --[ug]id-owner 1337 -j RETURN\n/g, '') + POD, REDIRECT + POD],
    ['captured-and-lost', 'nobody listens on the inbound port', REDIRECT + POD + sockets('envoy 1337 0.0.0.0:15001', 'app 1000 0.0.0.0:18080'), REDIRECT + POD + SHOWN],
    ['app-never-answers', 'the app\'s answers are not marked, and leave', edited(istio('1.20', 'TPROXY'), /-A OUTPUT -p tcp -m connmark .*\n/, '') + POD, istio('1.20', 'TPROXY') + POD],
    ['traffic-escapes', 'a network that is let out', edited(REDIRECT, '-A ISTIO_OUTPUT -s', '-A ISTIO_OUTPUT -d 10.96.0.0/12 -j RETURN\n-A ISTIO_OUTPUT -s') + POD, REDIRECT + POD],
    ['two-backends', 'tables of both', `# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n${REDIRECT}${POD}`, REDIRECT + POD],
    ['no-tproxy-route', 'no policy rule', istio('1.20', 'TPROXY') + edited(POD, /32765.*\n/, ''), istio('1.20', 'TPROXY') + POD],
    ['no-tproxy-route', 'no route in its table', istio('1.20', 'TPROXY') + edited(POD, /local default dev lo table 133.*\n/, ''), istio('1.20', 'TPROXY') + POD],
    ['app-runs-as-proxy', 'an application with the proxy\'s user', REDIRECT + POD + SHOWN.replace('uid:1000', 'uid:1337'), REDIRECT + POD + SHOWN],
    ['ipv6-open', 'an IPv6 address and no IPv6 rules', REDIRECT + edited(POD, /(inet 10\.20\.0\.77.*\n)/, '$1    inet6 fd00:20::77/64 scope global\n'), REDIRECT + POD],
    ['rule-twice', 'one jump twice', edited(REDIRECT, '-A OUTPUT -p tcp -j ISTIO_OUTPUT\n', '-A OUTPUT -p tcp -j ISTIO_OUTPUT\n-A OUTPUT -p tcp -j ISTIO_OUTPUT\n') + POD, REDIRECT + POD],
  ])('%s: %s', (code, _, wrong, right) => {
    expect([codes(wrong), codes(right)]).toEqual([expect.arrayContaining([code]), expect.not.arrayContaining([code])])
  })

  it('have a witness that shows it', () => {
    const text = edited(REDIRECT, /-A ISTIO_OUTPUT -m owner --[ug]id-owner 1337 -j RETURN\n/g, '') + POD
    const [loop] = findings(text)
    expect(loop).toMatchObject({ code: 'proxy-loop', severity: 'error' })
    const { value } = readTranscript([{ name: 'rules', text }])
    const [state] = value.states
    if (loop?.proof.kind !== 'witness' || !state) return expect.fail('no witness')
    expect(traceConnection({ state, facts: value.facts, given: { podAddresses: [], istioVersion: null }, connection: loop.proof.connection }).outcomes[0]?.outcome.result).toBe('loop')
  })
})

describe('on what Istio makes', () => {
  const rulesetsOf = (v4: string | null | undefined, v6: string | null | undefined): Ruleset[] => ([[4, v4], [6, v6]] as const).flatMap(([family, text]) => (text ? [loaded(text, family)] : []))
  const serious = (all: readonly { readonly code: string; readonly severity: string }[]): string[] => all.filter(({ severity }) => severity !== 'info').map(({ code }) => code)

  it('nothing is at warning or above, on any golden', () => {
    const wrong = goldens.flatMap(({ file, case: name, v4, v6 }) => {
      const rulesets = rulesetsOf(v4, v6)
      const found = serious([...rulesets.flatMap(link), ...deadRules(rulesets, recogniseIstio(rulesets))])
      return found.length > 0 ? [`${file} ${name}: ${found.join()}`] : []
    })
    expect(wrong).toEqual([])
  })

  it('nor is anything its connections show, on every fifteenth', () => {
    const wrong = goldens.filter((_, i) => i % 15 === 0).flatMap(({ file, case: name, v4, version }) => {
      const found = v4 ? serious(findings(`$ iptables-save\n${v4}`, version)) : []
      return found.length > 0 ? [`${file} ${name}: ${found.join()}`] : []
    })
    expect(wrong).toEqual([])
  }, 60_000)

  it.each([['1.4', 0, 0], ['1.7', 2, 3], ['1.11', 2, 3], ['1.20', 2, 3], ['1.30', 2, 3]] as const)('Istio %s: %i dead rules under REDIRECT, %i with unreachable chains under TPROXY', (version, redirect, tproxy) => {
    const count = (mode: string): number => findings(istio(version, mode) + POD).filter(({ code }) => code === 'istio-dead-rule' || code === 'istio-unreachable-chain').length
    expect([count('REDIRECT'), count('TPROXY')]).toEqual([redirect, tproxy])
  })
})

it.each(['random', 'mutant'] as const)('no connection meets a rule that is called dead: %s rules', (kind) => {
  let dead = 0
  fc.assert(fc.property(labCase({ kind, mode: 'REDIRECT', backend: 'nft', family: 4 }, 12), (rules) => {
    const { value } = readTranscript([{ name: 'rules', text: restoreText(rules) + POD }])
    const [state] = value.states
    const unmet = new Set(state?.rulesets.flatMap(({ family, tables }) => tables.flatMap((table) => new TableWalk(family, table).run().dead.map(({ rule }) => rule))))
    dead += unmet.size
    for (const { from, protocol, source, to, port, uid, gid, mark } of unmet.size > 0 ? rules.connections : []) {
      const asked = connection(`${from === 'inside' ? `uid ${uid}` : (source ?? '10.20.0.78')} > ${to}:${port}`, { proto: protocol, gid, mark })
      const { outcomes } = traceConnection({ state: state ?? { rulesets: [], dumps: [] }, facts: value.facts, given: { podAddresses: [], istioVersion: null }, connection: asked })
      const met = outcomes.flatMap(({ events }) => events.flatMap(({ step }) => (step.kind === 'ruleMatched' ? [step.place.rule] : [])))
      expect(met.filter((rule) => unmet.has(rule))).toEqual([])
    }
  }), { numRuns: 120 })
  expect(dead).toBeGreaterThan(0)
})
