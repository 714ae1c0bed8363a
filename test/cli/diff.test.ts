import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const REDIRECT = 'examples/redirect/nat.txt'
const EDIT = ['--edit', '-t nat -D ISTIO_INBOUND -p tcp --dport 22 -j RETURN', '--pod-ip', '10.20.0.77']
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-diff-'))
afterAll(() => { rmSync(folder, { recursive: true }) })

describe('chainwalk diff', () => {
  it('exits with 1 where connections fare differently, and 0 where none does', () => {
    expect(chainwalk(['diff', REDIRECT, ...EDIT]).status).toBe(1)
    const { status, stdout } = chainwalk(['diff', REDIRECT, REDIRECT, '--pod-ip', '10.20.0.77'])
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'equivalent: every connection fares alike'])
  })

  it('gives regions, outcomes, witness and rules as JSON, and the witness is a line for trace', () => {
    const { stdout } = chainwalk(['diff', REDIRECT, ...EDIT, '--json'])
    const { differences, ...rest } = JSON.parse(stdout)
    expect(rest).toMatchObject({ schema: 'chainwalk/diff@1', equivalent: false, inexact: [] })
    const atPod = differences.find(({ region }: { region: { dst?: string[] } }) => region.dst?.join() === '10.20.0.77')
    expect(atPod).toMatchObject({
      region: { family: 4, origin: 'remote', proto: 'tcp', dst: ['10.20.0.77'], dport: ['22'] }, before: { result: 'connected', captured: false }, after: { envoyPort: 15006, appSees: '127.0.0.6' },
      because: [{ side: 'before', table: 'nat', chain: 'ISTIO_INBOUND', rule: 2, file: REDIRECT, line: 20 }, { side: 'after' }, { side: 'after' }, { side: 'after' }, { side: 'after' }],
    })
    const file = join(folder, 'witness.ndjson')
    writeFileSync(file, `${JSON.stringify(atPod.witness)}\n`)
    expect(JSON.parse(chainwalk(['trace', REDIRECT, '--connections', file]).stdout)).toMatchObject({ outcomes: [{ result: 'connected', captured: false }] })
  })

  it('takes rules of a version and its arguments, in the namespace of the other side', () => {
    const args = 'examples/arguments/init-container.json'
    const { status, stdout } = chainwalk(['diff', REDIRECT, `istio:1.11.3:${args}`, '--pod-ip', '10.20.0.77', '--istio', '1.11.3'])
    expect([status, stdout.split('\n')[0]]).toEqual([0, 'equivalent: every connection fares alike'])
  })

  describe('of scenarios', () => {
    const OLD = 'examples/scenarios/east-west.yaml'
    const changed = (from: string | RegExp, to: string): string => {
      const file = join(folder, 'changed.yaml')
      const text = readFileSync(join(import.meta.dirname, '../..', OLD), 'utf8')
      expect(text).toMatch(from)
      writeFileSync(file, text.replace(from, to))
      return file
    }

    it('says that the connection and all others fare alike', () => {
      const { status, stdout } = chainwalk(['diff', OLD, changed('# A pod', '# One pod')])
      expect([status, stdout]).toEqual([0, expect.stringMatching(/^the connection fares alike:\n {2}app on httpbin sees 127\.0\.0\.6 .*\non each host by itself every connection fares alike\n$/)])
    })

    it('says how the connection fares, and on which host what else', () => {
      const now = changed(/node: node-b\n {4}sidecar: REDIRECT/, 'node: node-b\n    sidecar: TPROXY')
      const { status, stdout } = chainwalk(['diff', OLD, now])
      expect([status, stdout]).toEqual([1, expect.stringMatching(/^the connection fares differently:\n {2}was: app on httpbin sees 127\.0\.0\.6 .*\n {2}now: app on httpbin sees 172\.17\.0\.10 .*\n\nhttpbin: \d+ regions fare differently\n/)])
      const json = JSON.parse(chainwalk(['diff', OLD, now, '--json']).stdout)
      expect(json).toMatchObject({ schema: 'chainwalk/diff@1', equivalent: false, onlyBefore: [], onlyAfter: [] })
      expect(new Set(json.differences.map(({ host }: { host: string }) => host))).toEqual(new Set(['httpbin']))
    })

    it('follows the configuration of a host\'s proxy', () => {
      const listener = { name: '0.0.0.0_80', address: { socketAddress: { address: '0.0.0.0', portValue: 80 } }, filterChains: [{ filters: [{ typedConfig: { cluster: 'BlackHoleCluster' } }] }] }
      const outbound = { name: 'virtualOutbound', address: { socketAddress: { address: '0.0.0.0', portValue: 15001 } }, useOriginalDst: true, filterChains: [{ filters: [{ typedConfig: { cluster: 'PassthroughCluster' } }] }] }
      writeFileSync(join(folder, 'config.json'), JSON.stringify([outbound, listener]))
      const { differences } = JSON.parse(chainwalk(['diff', OLD, changed('node: node-a\n    sidecar: REDIRECT', 'node: node-a\n    sidecar: REDIRECT\n    envoy: config.json'), '--json']).stdout)
      expect(differences).toContainEqual(expect.objectContaining({ host: 'sleep', region: expect.objectContaining({ origin: 'local', dport: ['80'], uid: expect.anything() }), before: expect.objectContaining({ captured: true }), after: expect.objectContaining({ captured: true }) }))
    })

    it('names hosts that only one of them has', () => {
      const { status, stdout } = chainwalk(['diff', OLD, changed('services:', '  other: {address: 172.17.0.11, node: node-a}\nservices:')])
      expect([status, stdout]).toEqual([1, expect.stringContaining('\nother is new\n')])
    })

    it('and of nothing else', () => {
      expect(chainwalk(['diff', OLD, REDIRECT])).toMatchObject({ status: 2, stderr: expect.stringContaining('a scenario can only be compared with a scenario') })
      expect(chainwalk(['diff', OLD, OLD, '--pod-ip', '10.0.0.1'])).toMatchObject({ status: 2, stderr: expect.stringContaining('a scenario names its own hosts') })
    })
  })

  it('does not call rules equivalent that it cannot follow', () => {
    const file = join(folder, 'netmap.txt')
    writeFileSync(file, '*nat\n:OUTPUT ACCEPT [0:0]\n-A OUTPUT -d 10.0.0.0/24 -j NETMAP --to 10.1.0.0/24\nCOMMIT\n')
    const { status, stdout } = chainwalk(['diff', file, file, '--json'])
    expect([status, JSON.parse(stdout).equivalent, JSON.parse(stdout).inexact]).toEqual([1, false, ['-j NETMAP, which computes addresses or ports']])
  })

  it.each<readonly [string, readonly string[], RegExp]>([
    ['one file', [REDIRECT], /diff takes OLD and NEW, or OLD and --edit COMMAND/], ['two files and an edit', [REDIRECT, REDIRECT, '--edit', '-F'], /diff takes OLD and NEW/],
    ['an edit that cannot be made', [REDIRECT, '--edit', '-t nat -D ISTIO_OUTPUT 99'], /the edit cannot be made: there is no such rule/], ['no edit at all', [REDIRECT, '--edit', 'ls'], /is no iptables command/],
    ['an unknown version', ['istio:one', REDIRECT], /one/],
  ])('refuses %s', (_, words, told) => {
    const { status, stdout, stderr } = chainwalk(['diff', ...words])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(told)
  })
})

it('chainwalk map gives every region as JSON', () => {
  const { status, stdout } = chainwalk(['map', REDIRECT, '--pod-ip', '10.20.0.77', '--json'])
  expect(status).toBe(0)
  const { regions, ...rest } = JSON.parse(stdout)
  expect(rest).toMatchObject({ schema: 'chainwalk/map@1', inexact: [] })
  expect(regions).toContainEqual(expect.objectContaining({ region: { family: 4, origin: 'remote', proto: 'tcp', dst: ['10.20.0.77'], dport: ['22', '15008'] }, outcomes: [expect.objectContaining({ captured: false, result: 'connected' })] }))
})
