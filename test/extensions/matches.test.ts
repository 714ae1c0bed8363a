import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { matchExtension, targetExtension } from '../../src/extensions/registry.ts'
import type { Match, Rule } from '../../src/netfilter/ruleset.ts'
import { printRule } from '../../src/ruleset/print.ts'
import { LOSSES, UNREADABLE, UNSAVED } from './matchLosses.ts'
import { FORMS, readNoted, readRows, readSave } from './matchRows.ts'
import type { Form, Row } from './matchRows.ts'

const hasUnread = (rule: Rule): boolean => rule.target?.kind === 'verbatim' || rule.matches.some((match) => 'verbatim' in match)

/** Versions whose listings of IPv6 lack the opt column, and saves that iptables itself broke, are not this test's. */
function isWhole(row: Row): boolean {
  if (row.version !== undefined && (row.family === 6 || /^(1\.8\.8)/.test(row.version))) return false
  return !/\n|-m quota!|\(null\)/.test(row.save)
}

interface Case {
  readonly row: Row
  readonly rule: Rule
}

const cases = readRows().filter(isWhole).flatMap((row): Case[] => {
  const rule = readSave(row)
  return rule ? [{ row, rule }] : []
})

class Tally {
  private readonly counts = new Map<string, Map<string, number>>()
  readonly fails: string[] = []

  count(file: string, what: string): void {
    const counts = this.counts.get(file) ?? new Map<string, number>()
    this.counts.set(file, counts.set(what, (counts.get(what) ?? 0) + 1))
  }

  fail(file: string, text: string): void {
    this.count(file, 'FAIL')
    this.fails.push(text)
  }

  /** One line a file: agree, lossy by name, fail. */
  report(title: string): string {
    const lines = [...this.counts].map(([file, counts]) => `  ${file.padEnd(8)} ${[...counts].sort().map(([what, count]) => `${what} ${count}`).join(', ')}`)
    return [title, ...lines].join('\n')
  }
}

/** That a form has no columns for interfaces is a loss of its own (test/istio/unshownInterfaces.test.ts). */
const essence = ({ ip: { interfaces, ...ip }, matches, target }: Rule): object => (void interfaces, { ip, matches, target })

const same = (x: Rule, y: Rule): boolean => isDeepStrictEqual(essence(x), essence(y))

/** The losses that, forgotten one after the other, make the two equal; null when all of them do not. */
function lossesBetween(row: Row, form: Form, saved: Rule, listed: Rule): string[] | null {
  let [x, y] = [saved, listed]
  const names: string[] = []
  for (const { name, in: applies, forget } of LOSSES) {
    if (same(x, y)) return names
    if (applies && !applies(row, form)) continue
    const [next, other] = [forget(x), forget(y)]
    if (!same(next, x) || !same(other, y)) names.push(name)
    x = next
    y = other
  }
  return same(x, y) ? names : null
}

/** The diagnostic each loss comes with. Of interfaces the reader of the whole table speaks; the others are no losses of a listing, or names nobody gives. */
const SAID: Readonly<Record<string, string>> = {
  'hashlimit-name': 'ambiguous-line', 'quota-negation': 'ambiguous-line', 'osf-ttl-log': 'ambiguous-line', 'dccp-all-ports': 'ambiguous-line', 'string-or-hex': 'ambiguous-line', 'owner-names': 'ambiguous-line',
  'address-names': 'unclear-anywhere', 'not-anywhere': 'unreadable-option',
}

function compareListing(tally: Tally, { row, rule }: Case, form: Form): void {
  const line = row[form]
  // 1.6.2-nft prints one column fewer than its header says where there is no opt cell; eight characters of protocol leave no blank before opt.
  if (line === undefined || !/ (--|-f|!f) /.test(line)) return
  const { rule: listed, diagnostics } = readNoted(row, form)
  const unreadable = UNREADABLE.find(({ pattern }) => pattern.test(line))
  if (listed && same(listed, rule)) return tally.count(row.file, 'agree')
  if (listed && hasUnread(listed) && unreadable) return tally.count(row.file, `unread:${unreadable.name}`)
  const losses = listed && lossesBetween(row, form, rule, listed)
  const silent = losses?.filter((name) => SAID[name] !== undefined && !diagnostics.some(({ code }) => code === SAID[name])) ?? []
  if (silent.length > 0) tally.fail(row.file, `${row.id} ${form}\n  ${line}\n  nothing is said of ${silent.join(', ')}`)
  else if (losses) tally.count(row.file, `lossy:${losses.join('+')}`)
  else tally.fail(row.file, `${row.id} ${form}\n  ${line}\n  ${row.save}\n  ${JSON.stringify(listed && essence(listed))}`)
}

/** What stands behind the columns, with the blanks that stand before it. */
function textOf(line: string, form: Form): string | null {
  const cells = form === 'list' || form === 'list_n' ? 2 : 4
  const found = new RegExp(`^(?:.*? )?(?:--|-f|!f) +(?:\\S+ +){${cells - 1}}(\\S+)`).exec(line)
  if (!found) return null
  const destination = found[1] ?? ''
  const width = Math.max(destination.length, destination.startsWith('!') ? 20 : 19)
  return line.slice(found[0].length - destination.length + width + 1)
}

function matchText(match: Match, row: Row, form: Form, protocol: number | null): string {
  const extension = matchExtension(match.name)
  if (!extension || 'verbatim' in match || (extension.listedByLegacyOnly && row.backend === 'nft')) return ''
  const text = extension.printListing(match.info, form === 'list_n' || form === 'list_nv' ? 'numbers' : 'names', protocol)
  return extension.unspaced === undefined ? ` ${text}` : text
}

function printedText({ row, rule }: Case, form: Form): string {
  const { ip, target } = rule
  const protocol = ip.protocol && !ip.protocol.negated ? ip.protocol.value : null
  const matches = rule.matches.map((match) => matchText(match, row, form, protocol)).join('')
  const style = form === 'list_n' || form === 'list_nv' ? 'numbers' : 'names'
  const text = target?.kind === 'extension' ? (targetExtension(target.name)?.printListing(target.info, style, protocol) ?? '') : ''
  return `${target?.kind === 'goto' ? '[goto] ' : ''}${matches}${text === '' ? '' : ` ${text}`}`
}

function comparePrinted(tally: Tally, each: Case, form: Form): void {
  const line = each.row[form] ?? ''
  const loss = UNSAVED.find(({ pattern }) => pattern.test(line))
  if (textOf(line, form) === printedText(each, form)) tally.count(each.row.file, 'agree')
  else if (loss) tally.count(each.row.file, `lossy:${loss.name}`)
  else tally.fail(each.row.file, `${each.row.id} ${form}\n  ${JSON.stringify(textOf(line, form))}\n  ${JSON.stringify(printedText(each, form))}`)
}

describe('every match of iptables 1.8.9', () => {
  const current = cases.filter(({ row }) => row.version === undefined)

  test('is understood: nothing of it is kept as mere text', () => {
    expect(cases.filter(({ rule }) => hasUnread(rule)).map(({ row }) => row.save)).toEqual([])
    expect(cases.length).toBeGreaterThan(2500)
  })

  test('is printed as iptables-save printed it', () => {
    const tally = new Tally()
    for (const { row, rule } of current) {
      const text = `-A ${row.chain} ${printRule(rule)}`
      if (text === row.save) tally.count(row.file, 'agree')
      else tally.fail(row.file, `${row.save}\n${text}`)
    }
    console.log(tally.report('save -> save'))
    expect(tally.fails).toEqual([])
  })

  test('is the same rule read from any listing, but for what that listing does not tell', () => {
    const tally = new Tally()
    for (const each of cases) for (const form of FORMS) compareListing(tally, each, form)
    console.log(tally.report('listing -> rule'))
    expect(tally.fails).toEqual([])
  })

  test('is listed as iptables listed it, byte for byte', () => {
    const tally = new Tally()
    for (const each of current) for (const form of FORMS) comparePrinted(tally, each, form)
    console.log(tally.report('rule -> listing'))
    expect(tally.fails).toEqual([])
  })
})
