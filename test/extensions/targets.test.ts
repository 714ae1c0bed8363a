import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { matchExtension, TARGETS } from '../../src/extensions/registry.ts'
import type { Rule } from '../../src/netfilter/ruleset.ts'
import { printRule } from '../../src/ruleset/print.ts'
import { LISTING_LOSSES, lossesOf, MACHINE_LOSSES, remaining, SAVE_LOSSES } from './targetData/losses.ts'
import { FORM_NAMES, listedRule, rows, savedRule } from './targetData/rows.ts'
import type { Form, Row } from './targetData/rows.ts'
import { Tally } from './targetData/tally.ts'

const names = new Set(TARGETS.map((target) => target.name))

/** Rows whose target and matches are known here. */
const cases = rows().flatMap((row): { row: Row; rule: Rule }[] => {
  const rule = savedRule(row)
  const known = rule?.matches.every((match) => matchExtension(match.name) !== null)
  return rule && known && rule.target?.kind === 'extension' && names.has(rule.target.name) ? [{ row, rule }] : []
})

/** That a form has no columns for interfaces is a loss of its own (test/istio/unshownInterfaces.test.ts). */
const essence = ({ ip: { interfaces, ...ip }, matches, target }: Rule): readonly unknown[] => (void interfaces, [ip, matches, target])

const same = (x: Rule, y: Rule): boolean => isDeepStrictEqual(essence(x), essence(y))

function compareListing(tally: Tally, row: Row, form: Form, rule: Rule): void {
  const listed = listedRule(row, form)
  if (listed && same(listed, rule)) {
    tally.agree += 1
    return
  }
  const losses = lossesOf([...LISTING_LOSSES, ...SAVE_LOSSES, ...MACHINE_LOSSES], row, form, rule)
  const [wanted, got] = [remaining(losses, rule), listed && remaining(losses, listed)]
  if (losses.length > 0 && (!wanted || (got && same(wanted, got)))) tally.lose(losses.map((loss) => loss.name))
  else tally.fail.push(`${form} ${row[form]} <- ${row.save}`)
}

describe('every target as iptables 1.8.9 prints it', () => {
  test('there are cases of most targets', () => {
    const seen = new Set(cases.map(({ rule }) => (rule.target?.kind === 'extension' ? rule.target.name : '')))
    expect(cases.length).toBeGreaterThan(500)
    expect([...names].filter((name) => !seen.has(name) && !UNSEEN.includes(name))).toEqual([])
  })

  test('is read from a save and printed back byte for byte', () => {
    const tally = new Tally()
    for (const { row, rule } of cases) {
      if (`-A ${row.chain} ${printRule(rule)}` === row.save) tally.agree += 1
      else tally.fail.push(row.save)
    }
    console.log(tally.report('save -> save'))
    expect(tally.fail).toEqual([])
  })

  test('is the same rule read from any listing', () => {
    const tally = new Tally()
    for (const { row, rule } of cases) for (const form of FORM_NAMES) compareListing(tally, row, form, rule)
    console.log(tally.report('listing -> rule'))
    expect(tally.fail).toEqual([])
  })
})

/** Not in the kernel this was recorded on; targetsEffect.test.ts holds them against the source of iptables. SET wants a set. */
const UNSEEN: readonly string[] = ['CLUSTERIP', 'LED', 'SECMARK', 'SET', 'ULOG']
