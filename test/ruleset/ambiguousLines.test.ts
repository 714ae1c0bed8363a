import { describe, expect, it } from 'vitest'
import { printRule } from '../../src/ruleset/print.ts'
import { printListedRule } from '../../src/ruleset/printListing.ts'
import { UNLISTED } from '../../src/extensions/unlistedValue.ts'
import { FORMS, readNoted, readRows, readSave } from '../extensions/matchRows.ts'
import type { Form, Row } from '../extensions/matchRows.ts'
import { ask, connection } from '../world/ask.ts'

/** What the columns of the form say or hide, which has diagnostics of its own. */
const withoutColumns = (save: string): string => save.replace(/(?:! )?-[io] \S+ ?/g, '').replace(/-[sd] ::\/\d+ ?/g, '').replace(/ ?-[sd] ::\/\d+/g, '').trim()

const asPattern = (candidate: string): RegExp => new RegExp(`^${withoutColumns(candidate).replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(UNLISTED, '.+')}$`)

const ambiguity = (row: Row, form: Form): readonly string[] | undefined => readNoted(row, form).diagnostics.find(({ code }) => code === 'ambiguous-line')?.candidates

describe('a line that several rules print', () => {
  const rows = readRows().filter(({ save, version }) => version === undefined && !/\n|\(null\)/.test(save))
  const lines = rows.flatMap((row) => FORMS.flatMap((form) => { const candidates = row[form] === undefined ? undefined : ambiguity(row, form); return candidates ? [{ row, form, candidates }] : [] }))
  it('has the true rule among its candidates', () => {
    const lost = lines.filter(({ row, candidates }) => {
      const saved = readSave(row)
      return !saved || !candidates.some((candidate) => asPattern(candidate).test(withoutColumns(printRule(saved))))
    })
    console.log(`${lines.length} listed lines of ${rows.length} rules that more than one rule prints: ${lost.length} without the true one among their candidates`)
    expect(lost.map(({ row, form, candidates }) => [row[form], row.save, ...candidates])).toEqual([])
  })
  it('is what each candidate prints', () => {
    const wrong = lines.flatMap(({ row, form, candidates }) => {
      const texts = candidates.filter((candidate) => !candidate.includes(UNLISTED)).map((candidate) => {
        const rule = readSave({ ...row, save: `-A ${row.chain} ${candidate}` })
        return rule && printListedRule(rule, 1, row.family, { style: form === 'list_n' || form === 'list_nv' ? 'numbers' : 'names', detail: 'plain', counters: 'exact', lines: 'unnumbered', backend: row.backend })
      })
      return new Set(texts).size > 1 ? [[row[form], ...candidates, ...texts]] : []
    })
    expect(wrong).toEqual([])
  })
})

const HEAD = 'Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)\n pkts bytes target     prot opt in     out     source               destination         '
const line = (text: string): string => `${HEAD}\n    0     0 DROP       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0            ${text}\n`

describe('a walk past such a line', () => {
  it('forks where its readings do not agree', () => {
    const { outcomes } = ask(line('/* x */ owner UID match 7 /* y */'), connection('uid 1000 > 10.0.0.9:80'))
    expect(outcomes.map(({ outcome }) => outcome.result).sort()).toEqual(['connected', 'timeout'])
    expect(outcomes.every(({ outcome }) => outcome.assumptions.some(({ code }) => code === 'ambiguous-line'))).toBe(true)
  })
  it('does not where they do', () => {
    const { outcomes } = ask(line('/* x */ owner UID match 7 /* y */'), connection('uid 7 > 10.0.0.9:80'))
    expect(outcomes.map(({ outcome }) => outcome.result)).toEqual(['timeout'])
  })
  it('does not for two comments, which ask for nothing', () => {
    const { outcomes } = ask(line('/* x */ /* y */'), connection('uid 7 > 10.0.0.9:80'))
    expect(outcomes.map(({ outcome }) => outcome.result)).toEqual(['timeout'])
  })
})

it('tables whose form hides something are told so, once each', () => {
  const row = { file: 'x', id: 'x', family: 6 as const, backend: 'nft' as const, chain: 'OUTPUT', save: '', list_v: '  12K  700K ACCEPT     tcp      any    any     anywhere             anywhere            ' }
  expect(readNoted(row, 'list_v').diagnostics.map(({ code, candidates }) => [code, candidates])).toEqual([['rounded-counters', undefined], ['unclear-anywhere', ['::/0', '::/64', '::/128']]])
})
