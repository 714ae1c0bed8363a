import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { ipv4, ipv6, isLoopback, isMulticast, parseAddress, printAddress, sameAddress } from '../../src/net/address.ts'
import type { Address } from '../../src/net/address.ts'
import { commonBits } from '../../src/net/prefix.ts'
import { pseudonymAddress } from '../../src/ruleset/redact/pseudonymAddress.ts'
import type { SecretBit } from '../../src/ruleset/redact/pseudonymAddress.ts'
import { Redactor } from '../../src/ruleset/redact/redactor.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { chainwalk } from '../cli/chainwalk.ts'

const secret = (key: string): SecretBit => (text) => ((createHmac('sha256', key).update(text).digest()[0] ?? 0) & 1 ? 1 : 0)

const word = fc.integer({ min: 0, max: 0xffffffff })
/** Ranges that stay what they are, and so what lies beside them. */
const special = fc.constantFrom('10.0.0.0', '127.0.0.1', '169.254.0.0', '192.168.0.0', '172.16.0.0', '100.64.0.0', '224.0.0.1', '::1', '::ffff:0:1', 'fe80::1', 'ff02::1').map((text) => parseAddress(text) ?? expect.fail(text))
const address = fc.oneof(special, word.map(ipv4), fc.tuple(word, word, word, word).map(([a, b, c, d]) => ipv6(a, b, c, d)))
/** Two addresses that have some leading bits in common. */
const pair = fc.tuple(address, word, fc.nat(127)).map(([x, noise, bit]): [Address, Address] => {
  const words = ['a', 'b', 'c', 'd'] as const
  const from = x.family === 4 ? 3 : bit >> 5
  const mask = (bit & 31) === 31 ? 0 : 0xffffffff >>> ((bit & 31) + 1)
  return [x, words.reduce((y, name, i) => ({ ...y, [name]: i < from ? x[name] : i === from ? ((x[name] & ~mask) | (noise & mask)) >>> 0 : (noise ^ i) >>> 0 }), x)]
})

const EXAMPLES = ['examples/redirect/nat.txt', 'examples/tproxy/mangle.txt', 'examples/node/rules.txt']
const root = join(import.meta.dirname, '../..')

describe('another address', () => {
  it('has as many bits in common with every other as before', () => {
    fc.assert(fc.property(pair, fc.string(), ([x, y], key) => {
      const [f, g] = [pseudonymAddress(x, secret(key)), pseudonymAddress(y, secret(key))]
      expect(commonBits(f, g)).toBe(commonBits(x, y))
      expect(sameAddress(f, g)).toBe(sameAddress(x, y))
    }), { numRuns: 300 })
  })
  it('is of the kind it was', () => {
    fc.assert(fc.property(address, fc.string(), (x, key) => {
      const f = pseudonymAddress(x, secret(key))
      expect([isLoopback(f), isMulticast(f)]).toEqual([isLoopback(x), isMulticast(x)])
      if (isLoopback(x)) expect(printAddress(f)).toBe(printAddress(x))
    }), { numRuns: 300 })
  })
})

describe('a redacted rule set', () => {
  it.each(EXAMPLES)('%s has as many rules, and none of its addresses and comments', (file) => {
    const { value } = readTranscript([{ name: file, text: readFileSync(join(root, file), 'utf8') }])
    const save = value.states[0]?.rulesets.map((ruleset) => printSave(ruleset, 'plain')).join('') ?? ''
    const { text, pseudonyms } = new Redactor(secret('k')).redact(save)
    expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual(save.split('\n').map((line) => (line.startsWith(':') ? `:${pseudonyms.find(({ from }) => `:${from}` === line.split(' ')[0])?.to ?? line.slice(1).split(' ')[0]}` : line.split(' ')[0])))
    for (const { from, to } of pseudonyms) if (from !== to) expect(text).not.toMatch(new RegExp(`(?<![\\w.])${from.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w.])`))
    const again = readTranscript([{ name: 'again', text }])
    expect(again.diagnostics).toEqual([])
    expect(again.value.states[0]?.rulesets.map((ruleset) => printSave(ruleset, 'plain')).join('').split('\n')).toHaveLength(save.split('\n').length)
  })

  it('is all a shared trace tells of', () => {
    for (const format of ['text', 'full', 'json', 'xtables']) {
      const { stdout } = chainwalk(['trace', 'examples/node/rules.txt', '--uid', '0', '--to', '10.96.10.10:80', '--redact', '--format', format])
      expect(stdout).toContain('KUBE-SVC-')
      for (const name of ['10.96.10.10', '10.244.', 'default/web', 'kubernetes service portals', 'examples/', 'KUBE-SVC-CDGG']) expect(stdout).not.toContain(name)
    }
  })

  it('gives every Ethernet address another', () => {
    const lines = Array.from({ length: 300 }, (_, i) => `-A INPUT -m mac --mac-source 0a:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')} -j DROP`)
    const { text } = new Redactor(secret('k')).redact(lines.join('\n'))
    const made = text.match(/(?:[\da-f]{2}:){5}[\da-f]{2}(?= )/g) ?? []
    expect([made.length, new Set(made).size]).toEqual([300, 300])
  })

  it('treats a connection as the rules it was made of', () => {
    const { stdout, stderr } = chainwalk(['convert', 'examples/node/rules.txt', '--to', 'save', '--redact'])
    const instead = (text: string): string => stderr.split('\n').map((line) => line.split(' -> ')).find(([from]) => from === text)?.[1] ?? text
    const outcomes = (args: readonly string[], input?: string): unknown => {
      const traced: { readonly outcomes: readonly { readonly result: string; readonly probability: number | null }[] } = JSON.parse(chainwalk(['trace', ...args, '--json'], input).stdout)
      return traced.outcomes.map(({ result, probability }) => [result, probability])
    }
    const service = '10.96.10.10'
    expect(stdout).not.toContain('default/web')
    expect(outcomes(['-', '--uid', '0', '--to', `${instead(service)}:80`], stdout)).toEqual(outcomes(['examples/node/rules.txt', '--uid', '0', '--to', `${service}:80`]))
  })
})
