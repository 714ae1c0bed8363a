import { describe, expect, it } from 'vitest'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { byTable, goldens, loaded, made } from '../istio/goldens.ts'
import { loadAndSave } from './loadedRules.ts'
import type { RestoreInput } from './loadedRules.ts'
import { whyNot } from './requirements.ts'
import { mustNow, runNow } from './run.ts'

const reason = whyNot()
const requiresAll = process.env['CHAINWALK_REQUIRE_ALL'] === '1'

/** Every rule set that is made of the goldens' arguments, each once, as `chainwalk rules` prints it. */
function distinct(): RestoreInput[] {
  const all = goldens.flatMap((golden) => ([4, 6] as const).flatMap((family): [string, RestoreInput][] => {
    const ruleset = made(golden, family).value?.ruleset
    const text = ruleset ? printSave(ruleset, 'plain') : ''
    return text === '' ? [] : [[`${family} ${byTable(text)}`, { family, text }]]
  }))
  return [...new Map(all).values()]
}

/** Tables with rules, in the order of their names; legacy saves those that were emptied too. */
const meaning = ({ family, tables }: Ruleset): string => byTable(printSave({ family, tables: tables.filter(({ chains }) => chains.some(({ policy, rules }) => policy === null || rules.length > 0)) }, 'plain'))

/** Rules of the node name sets; iptables takes them only where these are. */
function createSets(namespace: string, inputs: readonly RestoreInput[]): void {
  const sets = new Map(inputs.flatMap(({ family, text }) => [...text.matchAll(/--match-set (\S+)/g)].map(([, name = '']) => [name, family] as const)))
  mustNow(namespace, ['ipset', 'restore'], [...sets].map(([name, family]) => `create ${name} hash:ip family ${family === 4 ? 'inet' : 'inet6'}\n`).join(''))
}

describe('the rules chainwalk makes, loaded into the kernel of this machine', () => {
  it.skipIf(reason !== null && !requiresAll).each(['legacy', 'nft'] as const)(`are taken by iptables-%s-restore, and saved as they were made${reason === null ? '' : ` (skipped: ${reason})`}`, { timeout: 300_000 }, (backend) => {
    expect(reason, 'CHAINWALK_REQUIRE_ALL=1 wants the kernel laboratory').toBeNull()
    const inputs = distinct()
    const namespace = `cwlab-${process.pid}-rules`
    mustNow(null, ['ip', 'netns', 'add', namespace])
    try {
      createSets(namespace, inputs)
      const results = loadAndSave(namespace, backend, inputs)
      const wrong = inputs.flatMap(({ family, text }, i) => {
        const result = results[i]
        if (!result || 'refused' in result) return [`refused: ${result?.refused ?? 'no answer'}\n${text}`]
        const [wanted, found] = [meaning(loaded(text, family)), meaning(loaded(result.saved, family))]
        return wanted === found ? [] : [`made:\n${wanted}\nsaved:\n${found}`]
      })
      console.log(`iptables-${backend}: ${inputs.length - wrong.length} of ${inputs.length} rule sets loaded and saved the same (IPv4 ${inputs.filter(({ family }) => family === 4).length}, IPv6 ${inputs.filter(({ family }) => family === 6).length})`)
      expect(wrong.slice(0, 3)).toEqual([])
    } finally {
      runNow(null, ['ip', 'netns', 'del', namespace])
    }
  })
})
