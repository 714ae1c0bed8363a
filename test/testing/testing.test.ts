import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { istioRules } from '../../src/istio/rules.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { connection, connections, edits, istioArguments, matchers, rulesOf } from '../../src/testing/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')

const text = (args: readonly string[], version = '1.20'): string => {
  const made = istioRules({ version, family: 4, args, podIps: ['10.20.0.77'] })
  return made.value ? printSave(made.value.ruleset, 'plain') : expect.fail(JSON.stringify(made.diagnostics))
}

const REDIRECT = rulesOf(text(['-p', '15001', '-z', '15006', '-u', '1337', '-i', '*', '-b', '*', '-d', '15090']), { podIps: ['10.20.0.77'] })

describe('chainwalk/testing', () => {
  it.each<readonly [string, number, boolean]>([['10.20.0.78 -> 10.20.0.77:18080', 15006, true], ['10.20.0.78 -> 10.20.0.77:15090', 15090, true], ['10.20.0.78 -> 10.20.0.77:18080', 18080, false], ['uid 1000 -> 9.9.9.9:443', 15001, true], ['uid 1337 -> 9.9.9.9:443', 15001, false]])('toDeliver %s to %i: %s', (asked, port, pass) => {
    expect(matchers.toDeliver(REDIRECT, asked, port).pass).toBe(pass)
  })

  it('toDeliver says where it is delivered instead', () => {
    expect(matchers.toDeliver(REDIRECT, 'uid 1337 -> 9.9.9.9:443', 15001).message()).toBe('--uid 1337 --to 9.9.9.9:443: delivered to port none, and asked for is 15001\ndirect, the far end sees 10.20.0.77')
  })

  it('toBeEquivalentTo and toNeverLoop look at every connection', () => {
    const bug = REDIRECT.edited('-t nat -D ISTIO_OUTPUT -m owner --uid-owner 1337 -j RETURN', '-t nat -D ISTIO_OUTPUT -m owner --gid-owner 1337 -j RETURN')
    expect([matchers.toBeEquivalentTo(REDIRECT, REDIRECT).pass, matchers.toBeEquivalentTo(REDIRECT, bug).pass, matchers.toNeverLoop(REDIRECT).pass, matchers.toNeverLoop(bug).pass]).toEqual([true, false, true, false])
    expect(matchers.toNeverLoop(bug).message()).toMatch(/^TCP made here, to .*: the proxy calls itself without end; try chainwalk trace … --uid \d+/)
    expect(matchers.toBeEquivalentTo(REDIRECT, bug).message()).toMatch(/fare differently/)
  })

  it('connections are on every side of every condition, and shrink to usual ones', () => {
    const some = fc.sample(connections(REDIRECT), 4000)
    expect(new Set(some.map(({ dport }) => dport)).size).toBeGreaterThan(10)
    expect(new Set(some.map(({ uid }) => uid))).toContain(1337)
    const { counterexample } = fc.check(fc.property(connections(REDIRECT), ({ uid }) => uid !== 1337), { numRuns: 2000 })
    expect(counterexample?.[0]).toMatchObject({ uid: 1337, gid: 1000, dport: counterexample?.[0].proto === 'icmp' ? 0 : 80, mark: 0 })
  })

  it('edits can be made, and arguments make rules that are read again', () => {
    fc.assert(fc.property(edits(REDIRECT), (commands) => { REDIRECT.edited(...commands) }), { numRuns: 50 })
    fc.assert(fc.property(istioArguments(), fc.constantFrom('1.11', '1.20', '1.30'), (args, version) => {
      expect(readTranscript([{ name: 'made', text: text(args, version) }]).diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
    }), { numRuns: 50 })
  })

  it.each([['no rules', () => rulesOf('nothing')], ['no address', () => rulesOf(text([]), { podIps: ['pod'] })], ['no connection', () => connection('here and there')], ['no edit', () => REDIRECT.edited('-t nat -D ISTIO_OUTPUT 99')]])('throws on %s', (_, does) => {
    expect(does).toThrow(/no /)
  })

  it('the example finds its planted bug', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--root', 'examples/testing'], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
    expect([status, /Tests +5 passed/.test(stdout)], stdout + stderr).toEqual([0, true])
  })
})
