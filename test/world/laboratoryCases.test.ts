import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compareRun } from '../kernel/compareRun.ts'
import type { LabRecord, LabRecords } from '../kernel/record.ts'
import { familyOf } from '../kernel/labRun.ts'
import { connectionOf, walk, walkedCase } from '../kernel/walkCase.ts'

const { facts, cases }: LabRecords = JSON.parse(readFileSync(new URL('data/laboratory-cases.json', import.meta.url), 'utf8'))

function differences({ labCase, facts: own, rules, runs, at }: LabRecord, i: number): readonly string[] {
  const [walked, connection, run] = [walkedCase(`${rules}${facts[own] ?? ''}`, labCase.mode), labCase.connections[i], runs[i]]
  if (!walked || !connection || !run) return ['the record is not whole']
  const answer = walk(walked, connectionOf(connection, run, at))
  return 'broken' in answer ? [answer.broken] : compareRun({ state: walked.state, family: familyOf(connection.to), run }, answer.outcomes).differences
}

const titled = cases.map((each) => {
  const { mode, family, backend, rules } = each.labCase
  return { title: `${mode} IPv${family} ${backend}: ${rules.map(({ table, chain, spec }) => `${table} ${chain} ${spec}`).join(' | ').slice(0, 160)}`, each }
})

/** What walk and kernel once differed in, as the laboratory's kernel had it. */
describe('cases the laboratory found', () => {
  it.each(titled)('$title', ({ each }) => {
    expect(each.runs.length).toBeGreaterThan(0)
    for (const i of each.runs.keys()) expect(differences(each, i), JSON.stringify(each.labCase.connections[i])).toEqual([])
  })
})
