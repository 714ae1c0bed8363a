import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { differences } from '../../src/analysis/differences.ts'
import type { Differences } from '../../src/analysis/differences.ts'
import { kindsOf } from '../../src/analysis/kinds.ts'
import { literalOutcomes, outcomesKey } from '../../src/analysis/outcomeSummary.ts'
import { Walker } from '../../src/analysis/walker.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { istioRules } from '../../src/istio/rules.ts'
import { outcomesText, regionText } from '../../src/render/regionText.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { editRuleset } from '../../src/ruleset/editRuleset.ts'
import type { Question } from '../../src/world/question.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import { labCase } from '../kernel/generate/cases.ts'
import { restoreText } from '../kernel/restoreText.ts'
import { POD } from '../world/ask.ts'

type Asked = Omit<Question, 'connection'>

function asked(text: string): Asked {
  const { value } = readTranscript([{ name: 'rules', text }])
  return { state: value.states[0] ?? { rulesets: [], dumps: [] }, facts: value.facts, given: { podAddresses: [], istioVersion: null } }
}

const INJECTED = ['-p', '15001', '-z', '15006', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090,15021,15020']

const istio = (version: string, args: readonly string[] = []): Asked => {
  const made = istioRules({ version, family: 4, args: [...INJECTED, ...args], podIps: ['10.20.0.77'] }).value
  return asked(`$ iptables-save\n${made ? printSave(made.ruleset, 'plain') : expect.fail('no rules')}${POD}`)
}

const edit = (question: Asked, ...texts: readonly string[]): Asked => ({ ...question, state: { ...question.state, rulesets: question.state.rulesets.map((ruleset) => {
  const { value, diagnostics } = editRuleset(ruleset, texts)
  expect(diagnostics).toEqual([])
  return value
}) } })

function between(before: Asked, after: Asked): Differences {
  const [old, now] = [new Walker(before, 4), new Walker(after, 4)]
  return differences(kindsOf([...before.state.rulesets, ...after.state.rulesets]), () => old, () => now)
}

const said = ({ found }: Differences): string[] => found.map(({ region, witness, before, after }) => `${regionText(region)}: ${outcomesText(before, witness)} -> ${outcomesText(after, witness)}`)

const REDIRECT = istio('1.11.3')
const TPROXY = istio('1.11.3', ['-m', 'TPROXY'])

describe('differences', () => {
  it.each<readonly [string, Asked, Asked, readonly string[]]>([
    ['the very same', REDIRECT, istio('1.11.3'), []],
    ['another order of rules that exclude each other', REDIRECT, edit(REDIRECT, '-t nat -D ISTIO_INBOUND 1', '-t nat -I ISTIO_INBOUND 2 -p tcp --dport 15008 -j RETURN'), []],
    ['a port that is no longer excluded', REDIRECT, edit(REDIRECT, '-t nat -D ISTIO_INBOUND -p tcp --dport 22 -j RETURN'), [
      'TCP from outside, to not 10.20.0.0/24, 127.0.0.0/8, port 22: timeout -> 15006 Envoy, its own dial: unreachable',
      'TCP from outside, to 10.20.0.77, port 22: direct, the app sees the client -> 15006 Envoy, the app sees 127.0.0.6',
      'TCP from outside, to 127.0.0.0/8, port 22: timeout -> handed to the proxy, which does not accept, timeout',
    ]],
    ['a network that is let out', REDIRECT, edit(REDIRECT, '-t nat -I ISTIO_OUTPUT 1 -d 10.96.0.0/12 -j RETURN'), [
      'TCP made here, to 10.96.0.0/12, port not 15001, uid not 1337, gid not 1337, mark not 0x539: 15001 Envoy, the far end sees 10.20.0.77 -> direct, the far end sees 10.20.0.77',
      'TCP made here, to 10.96.0.0/12, port 15001, uid not 1337, gid not 1337, mark not 0x539: 15001 Envoy -> direct, the far end sees 10.20.0.77',
    ]],
    ['a proxy that captures itself', REDIRECT, edit(REDIRECT, '-t nat -D ISTIO_OUTPUT 4', '-t nat -D ISTIO_OUTPUT 6'), []],
  ])('%s', (name, before, after, expected) => {
    const found = between(before, after)
    expect(found.inexact).toEqual([])
    if (name !== 'a proxy that captures itself') expect(said(found).toSorted()).toEqual(expected.toSorted())
    else expect(said(found).filter((line) => line.includes('loop')).length).toBeGreaterThan(0)
  })

  it.each<readonly [string, Asked, Asked]>([
    ['REDIRECT and TPROXY', REDIRECT, TPROXY], ['1.11.3 and 1.20', REDIRECT, istio('1.20')], ['ranges', REDIRECT, istio('1.11.3', ['-i', '10.0.0.0/8', '-x', '10.1.0.0/16'])],
  ])('are the same the other way round, and every witness shows one: %s', (_, one, other) => {
    const [there, back] = [between(one, other), between(other, one)]
    expect(there.found.length).toBeGreaterThan(0)
    const turned = back.found.map(({ region, before, after }) => [regionText(region), literalOutcomes(after), literalOutcomes(before)])
    expect(there.found.map(({ region, before, after }) => [regionText(region), literalOutcomes(before), literalOutcomes(after)])).toEqual(turned)
    for (const { witness, before, after, because } of there.found) {
      expect(literalOutcomes(traceConnection({ ...one, connection: witness }).outcomes)).toEqual(literalOutcomes(before))
      expect(literalOutcomes(traceConnection({ ...other, connection: witness }).outcomes)).toEqual(literalOutcomes(after))
      expect(outcomesKey(before)).not.toBe(outcomesKey(after))
      expect(because.length).toBeGreaterThan(0)
    }
  })

  it('of random rules with themselves there are none', () => {
    fc.assert(fc.property(labCase({ kind: 'random', mode: 'REDIRECT', backend: 'nft', family: 4 }, 1), (rules) => {
      const question = asked(restoreText(rules) + POD)
      expect(between(question, question).found).toEqual([])
    }), { numRuns: 15 })
  })
})

describe('edits', () => {
  it.each<readonly [string, string]>([
    ['-t nat -D ISTIO_OUTPUT 99', 'the edit cannot be made'], ['-t nope -F', 'is no iptables command'], ['ls', 'is no iptables command'], ['-t nat -L', 'is no iptables command'],
  ])('%s is refused', (text, told) => {
    const [ruleset] = REDIRECT.state.rulesets
    expect(ruleset && editRuleset(ruleset, [text]).diagnostics.map(({ message }) => message).join()).toContain(told)
  })

  it.each<readonly [string, string, string]>([
    ['-t nat -P OUTPUT DROP', 'nat', ':OUTPUT DROP'], ['iptables -A INPUT -p tcp --dport 1 -j DROP', 'filter', '-A INPUT -p tcp -m tcp --dport 1 -j DROP'], ['--table mangle -A OUTPUT -j MARK --set-mark 1', 'mangle', '--set-xmark 0x1/0xffffffff'], ['ip6tables -A INPUT -j DROP', 'nat', 'ISTIO_OUTPUT'],
  ])('%s', (text, table, shown) => {
    const [ruleset] = REDIRECT.state.rulesets
    const { value, diagnostics } = ruleset ? editRuleset(ruleset, [text]) : expect.fail('no rules')
    expect(diagnostics).toEqual([])
    expect(printSave({ ...value, tables: value.tables.filter(({ name }) => name === table) }, 'plain')).toContain(shown)
  })
})
