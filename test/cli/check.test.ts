import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const REDIRECT = 'examples/redirect/nat.txt'
const folder = mkdtempSync(join(tmpdir(), 'chainwalk-check-'))
afterAll(() => { rmSync(folder, { recursive: true }) })

let files = 0
function spec(...checks: readonly string[]): string {
  const file = join(folder, `spec-${files += 1}.yaml`)
  writeFileSync(file, `podIp: [10.20.0.77]\nistio: 1.11\nchecks:\n${checks.map((each) => `  - ${each}\n`).join('')}`)
  return file
}

describe('chainwalk check', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a port', '{of: {from: outside, to: 10.20.0.77, port: 18080}, must: {port: 15006, appSees: 127.0.0.6}}', []],
    ['all ports but some', '{of: {from: outside, to: 10.20.0.77, port: "not 22, 15006, 15008, 15020-15021, 15090"}, must: {captured: true}}', []],
    ['one port too many', '{of: {from: outside, to: 10.20.0.77, port: "not 22, 15006, 15020-15021, 15090"}, must: {captured: true}}', ['TCP from outside, to 10.20.0.77, port 15008: wanted captured']],
    ['a range that a rule cuts', '{of: {from: outside, to: 10.20.0.77, port: 20-30}, must: {captured: true}}', ['TCP from outside, to 10.20.0.77, port 22: wanted captured']],
    ['a list of networks', '{of: {from: here, uid: not 1337, gid: not 1337, to: [10.96.0.0/12, 9.9.9.9, 1.1.1.1-1.1.1.9]}, must: {port: 15001}}', []],
    ['no port of Envoy', '{of: {from: here, uid: 1337, to: 9.9.9.9}, must: {port: none, captured: false, result: connected, reachesApp: true, loops: never}}', []],
    ['the client\'s address', '{of: {from: outside, source: 203.0.113.0/24, to: 10.20.0.77, port: 22}, must: {appSees: client}}', []],
    ['another address', '{of: {from: outside, to: 10.20.0.77, port: 18080}, must: {appSees: client}}', ['TCP from outside, to 10.20.0.77, port 18080: wanted the app sees the client']],
    ['a mark', '{of: {from: here, uid: 0, gid: 0, to: 9.9.9.9, mark: [0x539, "0x10/0xf0"]}, must: {captured: true}}', []],
    ['what is direct, and answered', '{of: {from: outside, to: 10.20.0.77, port: 22}, must: {direct: true, replies: always, dropped: false}}', []],
    ['what is not direct', '{of: {from: outside, to: 10.20.0.77, port: 80}, must: {direct: true}}', ['TCP from outside, to 10.20.0.77, port 80: wanted direct']],
    ['UDP', '{of: {from: here, proto: udp, to: 9.9.9.9, port: 53}, must: {captured: false}}', []],
    ['nothing', '{of: {from: outside, to: 10.20.0.77, uid: 5}, must: {captured: true}}', ['it speaks of no connection']],
  ])('%s', (_, text, told) => {
    const { status, stdout } = chainwalk(['check', spec(text), REDIRECT])
    expect(status).toBe(told.length === 0 ? 0 : 1)
    for (const each of told) expect(stdout).toContain(each)
    expect(stdout).toContain(told.length === 0 ? 'all 1 hold' : '1 of 1 fail')
  })

  it.each<readonly [string, string, RegExp]>([
    ['a field there is not', '{of: {form: here}, must: {captured: true}}', /there is no field "form"; did you mean from\?/], ['a value that is none', '{of: {port: http}, must: {captured: true}}', /port: "http" is none of its values/],
    ['a port out of range', '{of: {port: 70000}, must: {captured: true}}', /port: "70000" is none of its values/], ['nothing that must hold', '{must: {}}', /it says nothing that must hold/], ['no must', '{name: x}', /it has no must/],
    ['an answer that is none', '{must: {captured: perhaps}}', /captured is true or false/], ['a mark that is none', '{of: {mark: 0x539/x}, must: {captured: true}}', /mark: "0x539\/x" is no mark/], ['another family', '{of: {to: "fd00::1"}, must: {captured: true}}', /to: "fd00::1" is none of its values/],
  ])('refuses %s, with its place', (_, text, told) => {
    const { status, stdout, stderr } = chainwalk(['check', spec(text), REDIRECT])
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(told)
    expect(stderr).toMatch(/spec-\d+\.yaml:\d+:\d+: /)
  })

  it('tells marks that rules ask for from all others', () => {
    const dump = join(folder, 'marks.txt')
    writeFileSync(dump, ['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]', '-A OUTPUT -m mark --mark 0x530/0xff0 -j RETURN', '-A OUTPUT -p tcp -j REDIRECT --to-ports 15001', 'COMMIT', ''].join('\n'))
    const checks = (...marks: readonly string[]): string => spec(...marks.map((mark) => `{name: ${mark}, of: {from: here, uid: 0, to: 9.9.9.9, mark: ${mark}}, must: {direct: true}}`))
    expect(chainwalk(['check', checks('0x539', '0x530/0xff0', '"0x531, 0x532"'), dump]).status).toBe(0)
    const { status, stdout } = chainwalk(['check', checks('0x539', '0x530/0xf00', '"not 0x539"'), dump])
    expect(status).toBe(1)
    expect(stdout).toContain('2 of 3 fail')
    expect(stdout).toContain('uid 0, mark not 0x530/0xff0: wanted direct')
  })

  it('as JSON, JUnit and SARIF', () => {
    const file = spec('{name: "good & well", must: {loops: never}}', '{name: bad, of: {from: outside, to: 10.20.0.77, port: 22}, must: {port: 15006}}')
    expect(JSON.parse(chainwalk(['check', file, REDIRECT, '--json']).stdout)).toMatchObject({ schema: 'chainwalk/check@1', failed: 1, checks: [{ name: 'good & well', holds: true }, { name: 'bad', line: 5, holds: false, violations: [{ region: { origin: 'remote', dport: ['22'] }, wanted: ['port 15006'], witness: { dport: 22 } }] }] })
    const junit = chainwalk(['check', file, REDIRECT, '--format', 'junit'])
    expect([junit.status, junit.stdout]).toEqual([1, expect.stringContaining('<testsuite name="chainwalk check" tests="2" failures="1">')])
    expect(junit.stdout).toContain('name="good &amp; well"/>')
    expect(JSON.parse(chainwalk(['check', file, REDIRECT, '--format', 'sarif']).stdout)).toMatchObject({ version: '2.1.0', runs: [{ results: [{ ruleId: 'check', level: 'error', locations: [{ physicalLocation: { region: { startLine: 5 } } }] }] }] })
  })
})
