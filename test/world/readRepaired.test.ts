import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { answerLine, istioRules, readTranscript, traceConnection } from '../../src/index.ts'
import { printListing } from '../../src/ruleset/printListing.ts'
import { rulesOf } from '../../src/testing/index.ts'
import { readScenario } from '../../src/world/scenario/readScenario.ts'
import { scenarioHosts } from '../../src/world/scenario/scenarioHosts.ts'
import { walkScenario } from '../../src/world/scenario/scenarioWalk.ts'
import { scenarioAnswer } from '../../src/render/scenarioText.ts'
import { connection } from './ask.ts'

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')

/** Listed with -v, by an iptables that misprints CONNMARK. */
const MISPRINTED = `$ iptables -t mangle -L -v\n${example('tproxy/mangle.txt')}\n$ iptables -t nat -L -v\n${example('tproxy/nat.txt')}`

/** Listed without -v, which shows no interfaces. */
const UNSHOWN = ['mangle', 'nat'].map((name) => {
  const made = istioRules({ version: '1.20', family: 4, args: ['-p', '15001', '-z', '15006', '-u', '1337', '-g', '1337', '-m', 'TPROXY', '-i', '*', '-b', '*', '-d', '15090'] }).value?.ruleset ?? expect.fail('no rules')
  const tables = made.tables.filter((table) => table.name === name)
  return `$ iptables -t ${name} -L -n\n${printListing({ ...made, tables }, { style: 'numbers', detail: 'plain', counters: 'rounded', lines: 'unnumbered', backend: 'legacy' })}`
}).join('\n')

const FROM_OUTSIDE = connection('10.20.0.78 > 10.20.0.77:18080')

function answers(text: string, literal?: ReadonlySet<string>): string[] {
  const { value: { states: [state], facts } } = readTranscript([{ name: 'dump', text }], literal)
  const trace = traceConnection({ state: state ?? expect.fail('no rules'), facts, given: { podAddresses: [], istioVersion: null }, connection: FROM_OUTSIDE })
  return trace.outcomes.map((outcome) => answerLine(trace, outcome))
}

const THROUGH_THE_APP = [expect.stringMatching(/15006 Envoy inbound.*app sees 10\.20\.0\.78 · reply returns/)]

describe('what a listing misprints or leaves out is put back for who walks the rules', () => {
  it.each([['CONNMARK misprinted', MISPRINTED], ['no interfaces', UNSHOWN]])('by the library: %s', (_, text) => {
    expect(answers(text)).toEqual(THROUGH_THE_APP)
  })

  it('unless the text\'s own word is wanted', () => {
    expect(answers(MISPRINTED, new Set(['connmark-misprint']))).not.toEqual(THROUGH_THE_APP)
  })

  it.each([['CONNMARK misprinted', MISPRINTED, 'connmark-misprint'], ['no interfaces', UNSHOWN, 'interfaces-unshown']])('by chainwalk/testing, which says so: %s', (_, text, code) => {
    const rules = rulesOf(text, { podIps: ['10.20.0.77'] })
    expect(rules.walkerOf(FROM_OUTSIDE.dst).trace(FROM_OUTSIDE).map(({ outcome: { reachesApp } }) => reachesApp)).toEqual([true])
    expect(rules.diagnostics.map((each) => each.code)).toContain(code)
    expect(rules.edited('-t nat -F PREROUTING').diagnostics).toEqual(rules.diagnostics)
  })

  it.each([['CONNMARK misprinted', MISPRINTED, 'connmark-misprint'], ['no interfaces', UNSHOWN, 'interfaces-unshown']])('in a scenario, which says so: %s', (_, text, code) => {
    const indented = text.split('\n').map((line) => `      ${line}`).join('\n')
    const { value, diagnostics: said } = readScenario(`istio: 1.20\nnodes: {node-a: 10.0.0.91}\npods:\n  client:\n    address: 10.20.0.78\n    node: node-a\n  server:\n    address: 10.20.0.77\n    node: node-a\n    listens: [18080]\n    rules: |\n${indented}\nconnection:\n  from: client\n  to: 10.20.0.77:18080\n`, 'scenario.yaml', () => null)
    const { value: hosts, diagnostics } = scenarioHosts(value ?? expect.fail(JSON.stringify(said)))
    expect(walkScenario(value ?? expect.fail('no scenario'), hosts).map(scenarioAnswer)).toEqual([expect.stringContaining('app on server sees 10.20.0.78')])
    expect(diagnostics.map((each) => each.code)).toContain(code)
  })
})
