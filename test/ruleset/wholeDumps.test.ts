import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import type { Ruleset, Table } from '../../src/netfilter/ruleset.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { rulesetsJson, saveTextOfJson } from '../../src/ruleset/rulesetJson.ts'
import { wholes } from '../extensions/targetData/rows.ts'
import type { Whole } from '../extensions/targetData/rows.ts'

const rulesOf = (text: string): readonly Ruleset[] => readTranscript([{ name: 'whole', text }]).value.states[0]?.rulesets ?? []

const withoutComments = (save: string): string => save.split('\n').filter((line) => !line.startsWith('#')).join('\n')

const printed = (rulesets: readonly Ruleset[], style: 'plain' | 'counters'): string => rulesets.map((ruleset) => printSave(ruleset, style)).join('')

/** Tables and chains by name: iptables-legacy lists chains in another order than it saves them. */
const byName = (ruleset: Ruleset | undefined, table: string): string =>
  printSave({ family: 4, tables: (ruleset?.tables ?? []).filter(({ name }) => name === table).map((each): Table => ({ ...each, chains: each.chains.map(({ name, policy, rules }) => ({ name, policy, rules })).toSorted((x, y) => (x.name < y.name ? -1 : 1)) })) }, 'plain')

const files = ({ files: all }: Whole, pattern: RegExp): readonly (readonly [string, string])[] =>
  Object.entries(all).flatMap(([name, text]) => { const found = pattern.exec(name); return found && text !== '' ? [[found[1] ?? '', text] as const] : [] })

const states = wholes().map((whole): [string, Whole] => [`${whole.name}, ${whole.backend}`, whole])

describe('a whole dump', () => {
  it.each(states)('%s: save, JSON and save again are one', (_, whole) => {
    for (const [style, pattern] of [['counters', /^(save-c)\.txt$/], ['plain', /^(save)\.txt$/]] as const) {
      for (const [, text] of files(whole, pattern)) {
        const rulesets = rulesOf(text)
        const order = [...text.matchAll(/^\*(\w+)$/gm)].map(([, name]) => name ?? '')
        const asShown = rulesets.map((ruleset) => ({ ...ruleset, tables: ruleset.tables.toSorted((x, y) => order.indexOf(x.name) - order.indexOf(y.name)) }))
        expect(printed(asShown, style)).toBe(withoutComments(text))
        const json = saveTextOfJson(JSON.stringify(rulesetsJson(asShown))) ?? ''
        expect(printed(rulesOf(json), style)).toBe(printed(rulesets, style))
      }
    }
  })

  it.each(states)('%s: each listing gives the rules of the save', (_, whole) => {
    const program = whole.meta.family === 6 ? 'ip6tables' : 'iptables'
    const saved = rulesOf(whole.files['save.txt'] ?? '')[0]
    for (const [options, pattern] of [['-nvL', /^nvL\.(\w+)\.txt$/], ['-L -v', /^L-v\.(\w+)\.txt$/], ['-S', /^S\.(\w+)\.txt$/], ['-v -S', /^vS\.(\w+)\.txt$/]] as const) {
      for (const [table, text] of files(whole, pattern)) {
        if (saved) expect(byName(rulesOf(`$ ${program} -t ${table} ${options}\n${text}`)[0], table), options).toBe(byName(saved, table))
      }
    }
  })
})
