import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseSaveLine } from '../../grammar/parse.ts'
import type { Family } from '../../src/net/address.ts'
import { ruleCommand } from '../../src/ruleset/ruleCommand.ts'
import { SavedRuleReader } from '../../src/ruleset/savedRuleReader.ts'
import { readRows } from '../extensions/matchRows.ts'
import { goldens } from '../istio/goldens.ts'

/** What the reader makes of a line; null where it leaves it to the grammar. */
function bySavedForm(reader: SavedRuleReader, text: string, family: Family): unknown {
  const rule = reader.read({ file: 'save', line: 1, text }, family, '')
  if (!rule) return null
  const { ip, matches, target, counters = null } = rule
  return { chain: reader.chain, meaning: { ip, matches, target }, counters }
}

/** What the grammar makes of a line; null where that is not one rule without a problem. */
function byGrammar(text: string, family: Family): unknown {
  const line = parseSaveLine(text)
  if (line.kind !== 'command') return null
  const [packets, bytes] = line.counters?.text.match(/\d+/g) ?? []
  const command = ruleCommand(line.options, line.program?.text ?? null, family, packets === undefined || bytes === undefined ? null : { packets: Number(packets), bytes: Number(bytes) })
  const [rule, more] = command?.kind === 'append' && command.problems.length === 0 ? command.rules : []
  return rule && !more && command?.kind === 'append' ? { chain: command.chain, meaning: { ip: rule.ip, matches: rule.matches, target: rule.target }, counters: rule.counters ?? null } : null
}

const rows = readRows().map(({ save, family }) => ({ save, family }))
const linesOf = (save: string, family: Family): readonly { readonly save: string; readonly family: Family }[] => [...new Set(save.split('\n'))].filter((line) => line.startsWith('-A')).map((line) => ({ save: line, family }))
const made = goldens.flatMap(({ v4, v6 }) => [...linesOf(v4, 4), ...linesOf(v6, 6)])

describe('a line as iptables-save prints it', () => {
  it('is read as the grammar reads it, with other lines read before or not', () => {
    const reader = new SavedRuleReader()
    let read = 0
    for (const { save, family } of [...rows, ...made, ...rows]) {
      const found = bySavedForm(reader, save, family)
      if (!found) continue
      read += 1
      expect(JSON.stringify(found), save).toBe(JSON.stringify(byGrammar(save, family)))
    }
    console.log(`${read} of ${2 * rows.length + made.length} lines`)
    expect(read).toBeGreaterThan(rows.length)
  })

  const words = rows.flatMap(({ save }) => save.split(' ').slice(2))
  const pieces = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('-s 10.0.0.0/8', '! -d 10.0.0.1/32', '-s 010.0.0.1/32', '-d ::1/128', '-i eth0', '! -o lo', '-o +', '-p tcp', '! -p udp', '-p 0', '-p nothing', '-f', '-m tcp --dport 80', '-m tcp --dport http', '-m udp', '-m comment --comment "a b"', '-m comment --comment -x', '-m comment --comment', '-m unknown --x', '--dport 80', '-j ACCEPT', '-j X', '-g X', '-j DNAT --to-destination 10.0.0.1:80', '-j MARK --set-mark 1', '-j X --y', '-c 1 2', '-m policy --dir in --pol ipsec --proto esp', '') },
    { weight: 2, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.constantFrom('!', '"', '"a', 'a"b', "'a'", '=', '\\', '-', '--', 'é', '\t', ' ') },
  )
  const line = fc.tuple(fc.constantFrom('-A X ', '[1:2] -A X ', '-A -x ', '-A "X" ', '-A X', '-I X '), fc.array(pieces, { maxLength: 6 })).map(([head, parts]) => head + parts.join(' '))
  it('whatever is in it', () => {
    const reader = new SavedRuleReader()
    fc.assert(fc.property(line, fc.constantFrom<Family>(4, 6), (text, family) => {
      const found = bySavedForm(reader, text, family)
      if (found) expect(JSON.stringify(found)).toBe(JSON.stringify(byGrammar(text, family)))
    }), { numRuns: 20_000 })
  })
})
