import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const folder = mkdtempSync(join(tmpdir(), 'chainwalk-scenario-'))
afterAll(() => { rmSync(folder, { recursive: true }) })

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

describe('chainwalk trace SCENARIO.yaml', () => {
  it('prints its result as JSON', () => {
    const { status, stdout } = chainwalk(['trace', 'examples/scenarios/north-south.yaml', '--json'])
    const result: unknown = JSON.parse(stdout)
    expect(status).toBe(0)
    expect(result).toMatchObject({ schema: 'chainwalk/scenario@1', outcomes: [{ probability: 0.5, result: 'connected', assumptions: [] }, { probability: 0.5 }], remedies: [{ gives: 'from X-Forwarded-For' }, { gives: 'from X-Forwarded-For' }] })
  })

  it('reads the dumps it names from beside it, and forks where they are not understood', () => {
    file('rules.txt', '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m u32 --u32 "0=0" -j DROP\nCOMMIT\n')
    const { stdout } = chainwalk(['trace', file('fork.yaml', 'nodes: {n: 10.0.0.1}\npods:\n  a: {address: 10.1.0.1, node: n}\n  b: {address: 10.1.0.2, node: n, rules: rules.txt, listens: [80]}\nconnection: {from: a, to: "10.1.0.2:80"}\n')])
    expect(stdout).toContain('outcome 1 of 2')
    expect(stdout).toContain('DROPPED: dropped in INPUT')
    expect(stdout).toMatch(/Assumed:\n {2}unmodelled-match: /)
  })

  it('reads an Envoy\'s configuration from a file beside it, here and besides a dump', () => {
    const listener = (name: string, port: number, more: string, cluster: string): string => `{"name": "${name}", "address": {"socketAddress": {"address": "0.0.0.0", "portValue": ${port}}}, "filterChains": [{"filters": [{"typedConfig": {"cluster": "${cluster}"}}]}]${more}}`
    const config = file('config.json', `[\n${listener('virtualOutbound', 15001, ', "useOriginalDst": true', 'PassthroughCluster')},\n${listener('0.0.0.0_80', 80, '', 'BlackHoleCluster')}\n]\n`)
    const scenario = file('envoy.yaml', 'nodes: {n: 10.0.0.1}\npods:\n  a: {address: 10.1.0.1, node: n, sidecar: REDIRECT, envoy: config.json}\n  b: {address: 10.1.0.2, node: n, listens: [80]}\nconnection: {from: a, to: "10.1.0.2:80"}\n')
    expect(chainwalk(['trace', scenario]).stdout).toContain('closes it: listener 0.0.0.0_80, BlackHoleCluster')
    const { stdout, stderr } = chainwalk(['trace', 'examples/redirect/nat.txt', config, '--uid', '1000', '--to', '10.1.0.2:80'])
    expect(stdout).toContain('envoy closes it: listener 0.0.0.0_80, BlackHoleCluster')
    expect(stderr).toContain('the proxy\'s configuration is shown (2 listeners): it is followed as far as it goes [proxy-config]')
  })

  it.each([
    ['a mistake in it', 'pods: {a: {adress: 10.0.0.1}}\nconnection: {from: a, to: "10.0.0.2:80"}\n', [], /wrong\.yaml:1:12: pod a: there is no field "adress"; did you mean address\?/],
    ['a file that is not there', 'pods: {a: {address: 10.0.0.1, rules: none.txt}}\nconnection: {from: a, to: "10.0.0.2:80"}\n', [], /pod a: there is no file "none.txt"/],
    ['options of another kind of trace', 'pods: {a: {address: 10.0.0.1}}\nconnection: {from: a, to: "10.0.0.2:80"}\n', ['--uid', '5'], /a scenario names its own connection and hosts; --uid would not be used/],
  ])('refuses %s', (_, text, options, told) => {
    const { status, stderr, stdout } = chainwalk(['trace', file('wrong.yaml', text), ...options])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(told)
  })
})
