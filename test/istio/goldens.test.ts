import { describe, expect, it } from 'vitest'
import { goldens, lines, loaded, made } from './goldens.ts'
import type { Golden } from './goldens.ts'

const families = [[4, 'v4'], [6, 'v6']] as const

describe('the rules are those Istio itself makes', () => {
  const counts = new Map<string, { passed: number; total: number }>()
  const count = (key: string, outcome: 'passed' | 'failed'): void => {
    const { passed, total } = counts.get(key) ?? { passed: 0, total: 0 }
    counts.set(key, { passed: passed + (outcome === 'passed' ? 1 : 0), total: total + 1 })
  }
  const check = (golden: Golden): string[] =>
    families.flatMap(([family, name]) => {
      const ruleset = made(golden, family).value?.ruleset
      const ours = ruleset ? lines(ruleset) : ['no rules']
      const theirs = lines(loaded(golden[name], family))
      const same = ours.join('\n') === theirs.join('\n')
      count(`${golden.kind} ${golden.version}`, same ? 'passed' : 'failed')
      if (same) return []
      return [`${golden.file} ${golden.case} ${name}`, ...theirs.filter((line) => !ours.includes(line)).map((line) => `  missing ${line}`), ...ours.filter((line) => !theirs.includes(line)).map((line) => `  extra   ${line}`)]
    })

  it('in every golden, for both families', () => {
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
    for (const golden of goldens) {
      for (const [family] of families) {
        const rules = made(golden, family).value?.ruleset.tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules)) ?? []
        expect(rules.filter((rule) => !rule.because?.note).map((rule) => rule.text), golden.file).toEqual([])
      }
    }
  })
})
