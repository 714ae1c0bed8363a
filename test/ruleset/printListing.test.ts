import { describe, expect, test } from 'vitest'
import { matchExtension } from '../../src/extensions/registry.ts'
import type { Rule, Table } from '../../src/netfilter/ruleset.ts'
import { printListedRule, printListedTable } from '../../src/ruleset/printListing.ts'
import type { ListingOptions } from '../../src/ruleset/printListing.ts'
import { RulesReader } from '../../src/ruleset/rulesReader.ts'
import { lossesOf, MACHINE_LOSSES, SAVE_LOSSES } from '../extensions/targetData/losses.ts'
import { FORM_NAMES, FORMS, listedRule, rows, savedRule, wholes } from '../extensions/targetData/rows.ts'
import type { Whole } from '../extensions/targetData/rows.ts'
import { Tally } from '../extensions/targetData/tally.ts'

const known = (rule: Rule): boolean => rule.matches.every((match) => matchExtension(match.name) !== null)

describe('a rule in a listing', () => {
  test('is the line 1.8.9 prints, byte for byte', () => {
    const tally = new Tally()
    for (const row of rows()) {
      const rule = savedRule(row)
      if (!rule || !known(rule)) continue
      const counters = listedRule(row, 'list_vx_num')?.counters
      for (const form of FORM_NAMES) {
        const line = printListedRule({ ...rule, ...(counters && { counters }) }, parseInt(row.list_vx_num, 10), row.family, { ...FORMS[form], backend: row.backend })
        const losses = lossesOf([...SAVE_LOSSES, ...MACHINE_LOSSES], row, form, rule)
        if (line === row[form]) tally.agree += 1
        else if (losses.length > 0) tally.lose(losses.map((loss) => loss.name))
        else tally.fail.push(`${form} ${row.save}\n${JSON.stringify(row[form])}\n${JSON.stringify(line)}`)
      }
    }
    console.log(tally.report('rule -> listing'))
    expect(tally.fail).toEqual([])
  })
})

/** The options behind each kind of file of a whole state. */
const OPTIONS: Readonly<Record<string, Omit<ListingOptions, 'backend'>>> = {
  L: FORMS.list,
  'L-v': FORMS.list_v,
  nvL: FORMS.list_nv,
  'L-n-num': { ...FORMS.list_n, lines: 'numbered' },
}

function tablesOf(whole: Whole): readonly Table[] {
  const reader = new RulesReader()
  const text = whole.files['save-c.after-listing.txt'] ?? whole.files['save-c.txt'] ?? ''
  text.split('\n').forEach((line, i) => reader.read({ file: whole.name, line: i + 1, text: line }))
  reader.close()
  return reader.dumps.map(({ table }) => table)
}

describe('a whole table in a listing', () => {
  for (const whole of wholes()) {
    test(`${whole.name}, ${whole.backend}`, () => {
      const tables = tablesOf(whole)
      const rules = tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules))
      if (!rules.every(known)) return
      for (const [file, text] of Object.entries(whole.files)) {
        const [form = '', name] = file.split('.')
        const options = OPTIONS[form]
        const table = tables.find((each) => each.name === name)
        if (options && table) expect(printListedTable(table, whole.meta.family, { ...options, backend: whole.backend })).toBe(text)
      }
    })
  }
})

describe('counters', () => {
  const line = (packets: number, counters: ListingOptions['counters']): string =>
    printListedRule({ ip: {}, matches: [], target: null, counters: { packets, bytes: 0 } }, 1, 4, { ...FORMS.list_v, counters, backend: 'legacy' })

  test.each([
    [99999, '99999 '], [100000, ' 100K '], [100499, ' 100K '], [100500, ' 101K '], [9999499, '9999K '], [9999500, '  10M '],
    [9999499999, '  10G '], [9998000000, '9998M '], [12345678901, '  12G '], [12346000000000000, '12346T '],
  ])('%d is %j', (packets, text) => {
    expect(line(packets, 'rounded').startsWith(text)).toBe(true)
  })

  test('-x is exact', () => {
    expect(line(12345678901, 'exact').startsWith('12345678901        0 ')).toBe(true)
  })
})
