import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { differences } from '../../src/analysis/differences.ts'
import { kindsOf } from '../../src/analysis/kinds.ts'
import { Walker } from '../../src/analysis/walker.ts'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { istioRules } from '../../src/istio/rules.ts'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { outcomesText, regionText } from '../../src/render/regionText.ts'
import { editRuleset } from '../../src/ruleset/editRuleset.ts'
import { printRule } from '../../src/ruleset/print.ts'
import type { Question } from '../../src/world/question.ts'
import { parseAddress } from '../../src/net/address.ts'

const PAGE = new URL('../../examples/diff/istio-1.11.3.md', import.meta.url)

/** UPDATE_DOCS=1 writes the page anew. */
const UPDATE = process.env['UPDATE_DOCS'] === '1'

/** As the injector gives them. */
const ARGUMENTS = ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020']
const VERSIONS = Array.from({ length: 19 }, (_, i) => `1.${12 + i}`)

const POD = parseAddress('10.20.0.77')
const { facts } = readTranscript([]).value

const asked = (ruleset: Ruleset, istioVersion: string): Omit<Question, 'connection'> => ({ state: { rulesets: [ruleset], dumps: [] }, facts, given: { podAddresses: POD ? [POD] : [], istioVersion } })

function rulesOf(version: string): Ruleset {
  return istioRules({ version, family: 4, args: ARGUMENTS, podIps: ['10.20.0.77'] }).value?.ruleset ?? expect.fail(`no rules of ${version}`)
}

const BASE = rulesOf('1.11.3')
const before = new Walker(asked(BASE, '1.11.3'), 4)

/** A line a region, in words. */
function lines(ruleset: Ruleset, version: string): readonly string[] {
  const after = new Walker(asked(ruleset, version), 4)
  const { found, inexact } = differences(kindsOf([BASE]), () => before, () => after)
  expect(inexact).toEqual([])
  return found.map(({ region, witness, before: old, after: now }) => `- ${regionText(region)}: ${outcomesText(old, witness)} → ${outcomesText(now, witness)}`)
}

/** Titles of what makes the same lines, together. */
function together(all: readonly { readonly title: string; readonly found: readonly string[] }[]): string {
  const byLines = new Map<string, string[]>()
  for (const { title, found } of all) {
    const key = found.length === 0 ? 'Nothing fares differently.' : found.join('\n')
    byLines.set(key, [...(byLines.get(key) ?? []), title])
  }
  return [...byLines].map(([found, titles]) => `${titles.map((title) => `**${title}**`).join('  \n')}\n\n${found}\n`).join('\n')
}

interface Edit {
  readonly title: string
  readonly commands: readonly string[]
}

function edits(): readonly Edit[] {
  return BASE.tables.flatMap(({ name: table, chains }) => chains.flatMap(({ name: chain, rules }) => rules.flatMap((rule, i): Edit[] => {
    const text = printRule(rule)
    const next = rules[i + 1]
    const port = /--(?:dport|to-ports) (\d+)/.exec(text)?.[1]
    return [
      { title: `without ${chain} ${i + 1}: \`${text}\``, commands: [`-t ${table} -D ${chain} ${i + 1}`] },
      ...(next ? [{ title: `${chain} ${i + 1} and ${i + 2} swapped: \`${printRule(next)}\` first`, commands: [`-t ${table} -D ${chain} ${i + 1}`, `-t ${table} -I ${chain} ${i + 2} ${text}`] }] : []),
      ...(port === undefined ? [] : [{ title: `port ${port} of ${chain} ${i + 1} is 8080: \`${text.replace(port, '8080')}\``, commands: [`-t ${table} -R ${chain} ${i + 1} ${text.replace(port, '8080')}`] }]),
    ]
  })))
}

function page(): string {
  const upgrades = VERSIONS.map((version) => ({ title: `Istio ${version}`, found: lines(rulesOf(version), version) }))
  const changes = edits().map(({ title, commands }) => {
    const { value, diagnostics } = editRuleset(BASE, commands)
    expect(diagnostics, title).toEqual([])
    return { title, found: lines(value, '1.11.3') }
  })
  return `# Istio 1.11.3's rules, and what every change of them does

The rules are those of \`istio-iptables ${ARGUMENTS.map((word) => (word === '' || word === '*' ? `'${word}'` : word)).join(' ')}\` in a pod with the address 10.20.0.77. Each line is a region of connections, what became of
them, and what does now; they are all there are ([docs/diff.md](../../docs/diff.md)). What makes the same lines stands together.

## Upgrades

${together(upgrades)}
## One rule less, two swapped, one port changed

${together(changes)}`
}

it('examples/diff/istio-1.11.3.md says what every release and every small change does', () => {
  const made = page()
  if (UPDATE) writeFileSync(PAGE, made)
  expect(readFileSync(PAGE, 'utf8')).toBe(made)
}, 120_000)
