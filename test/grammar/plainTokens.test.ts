import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lexedTokens } from '../../grammar/parse.ts'
import { plainTokens } from '../../grammar/plainTokens.ts'

const pieces = fc.constantFrom(
  '-A', '--dport', '-', '--', '--x', '-1', '-m', '!', '!-d', '"a b"', '"a', 'a"b', '""', '"a"b', '"\\""', "'x'", "it's", '[1:2]', '[1:x]', '[', '#', '#x', '*nat', '*', ':', ':X', '/', '=', '--a=b', 'a=b', 'COMMIT',
  'iptables', 'xiptables-y', '10.0.0.1/32', 'ISTIO_OUTPUT', '0x1/0x2', ' ', '\t', '\u00a0', 'ü', '\u{1f600}', '\ud800', '-ü', '--', '-"', '--a"b', '`', '\\',
)
const line = fc.array(fc.oneof({ weight: 6, arbitrary: pieces }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) }), { maxLength: 12 })
  .chain((words) => fc.constantFrom(' ', '  ', '').map((gap) => words.join(gap))).filter((text) => !/[\n\r]/.test(text))

describe('the tokens of plain lines', () => {
  it('are the lexer\'s, whatever the line', () => {
    fc.assert(fc.property(line, (text) => {
      const plain = plainTokens(text)
      if (plain !== null) expect(plain).toEqual(lexedTokens(text))
    }), { numRuns: 20_000 })
  })
  it('serve nearly every line of a dump', () => {
    const lines = readFileSync(new URL('../../examples/node/rules.txt', import.meta.url), 'utf8').split('\n').filter((each) => each.startsWith('-A'))
    expect(lines.length).toBeGreaterThan(10)
    expect(lines.filter((each) => plainTokens(each) === null)).toEqual([])
  })
})
