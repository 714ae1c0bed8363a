import { describe, expect, it } from 'vitest'
import type { Rule, Ruleset } from '../../src/netfilter/ruleset.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { byTable, goldens, loaded, made } from './goldens.ts'
import type { Golden } from './goldens.ts'

const families = [[4, 'v4'], [6, 'v6']] as const

/** inet_ntop writes the last 32 bits of ::/96 as IPv4; both spellings stand for the same address. */
const asInetNtop = (save: string): string => save.replaceAll('::7f00:35/', '::127.0.0.53/')

const rulesOf = ({ tables }: Ruleset): Rule[] => tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))

const everyRuleset = (): { golden: Golden; ruleset: Ruleset }[] =>
  goldens.flatMap((golden) => families.map(([family]) => ({ golden, ruleset: made(golden, family).value?.ruleset ?? { family, tables: [] } })))

describe('the rules are those Istio itself makes', () => {
  const counts = new Map<string, { passed: number; total: number }>()
  const count = (key: string, outcome: 'passed' | 'failed'): void => {
    const { passed, total } = counts.get(key) ?? { passed: 0, total: 0 }
    counts.set(key, { passed: passed + (outcome === 'passed' ? 1 : 0), total: total + 1 })
  }
  const check = (golden: Golden): string[] =>
    families.flatMap(([family, name]) => {
      const ruleset = made(golden, family).value?.ruleset
      const ours = ruleset ? asInetNtop(byTable(printSave(ruleset, 'plain'))) : 'no rules'
      const theirs = byTable(golden[name])
      count(`${golden.kind} ${golden.version}`, ours === theirs ? 'passed' : 'failed')
      if (ours === theirs) return []
      const [own, other] = [ours.split('\n'), theirs.split('\n')]
      return [`${golden.file} ${golden.case} ${name}`, ...other.filter((line) => !own.includes(line)).map((line) => `  missing ${line}`), ...own.filter((line) => !other.includes(line)).map((line) => `  extra   ${line}`)]
    })

  it('in every golden, for both families, byte for byte but for the order of tables', () => {
    const differences = goldens.flatMap(check)
    const table = [...counts].map(([key, { passed, total }]) => `${key.padEnd(16)} ${passed}/${total}`)
    const all = [...counts.values()].reduce((sum, { passed, total }) => ({ passed: sum.passed + passed, total: sum.total + total }), { passed: 0, total: 0 })
    console.log([...table, `all              ${all.passed}/${all.total} rule sets of ${goldens.length} goldens`].join('\n'))
    expect(differences).toEqual([])
  })

  it('with the routes the run made', () => {
    for (const golden of goldens.filter(({ routes }) => routes)) {
      const ours = ([4, 6] as const).flatMap((family) => made(golden, family).value?.routes ?? [])
      expect([...ours].sort(), golden.file).toEqual([...(golden.routes ?? [])].sort())
    }
  })

  it('and every rule says why it is there', () => {
    const silent = everyRuleset().flatMap(({ golden, ruleset }) => rulesOf(ruleset).filter((rule) => !rule.because?.note).map((rule) => `${golden.file} ${rule.text ?? ''}`))
    expect(silent).toEqual([])
  })

  it('and printed, they are read back as themselves', () => {
    const meaning = (ruleset: Ruleset): string => JSON.stringify(rulesOf(ruleset).map(({ ip, matches, target }) => [ip, matches, target]))
    const lost = everyRuleset().filter(({ ruleset }) => {
      const text = printSave(ruleset, 'plain')
      const again = loaded(text, ruleset.family)
      return printSave(again, 'plain') !== text || meaning(again) !== meaning(ruleset)
    })
    expect(lost.map(({ golden, ruleset }) => `${golden.file} IPv${ruleset.family}`)).toEqual([])
  })
})
