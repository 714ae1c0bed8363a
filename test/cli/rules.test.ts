import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { repairConnmark } from '../../src/istio/connmarkMisprint.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chainwalk } from './chainwalk.ts'

const args = (mode: string): string[] => ['rules', '--istio', '1.11.3', '--', '-p', '15001', '-z', '15006', '-u', '1337', '-m', mode, '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020']

/** The rules of a save, table by table, without chain declarations (a listing and a save order them differently). */
function rulesByTable(save: string): Record<string, string[]> {
  const tables: Record<string, string[]> = {}
  let table = ''
  for (const line of save.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1)
    if (line.startsWith('-A')) (tables[table] ??= []).push(line)
  }
  return tables
}

const example = (path: string): { name: string; text: string } => ({ name: path, text: readFileSync(join(import.meta.dirname, '../../examples', path), 'utf8') })

const savedFrom = (...paths: string[]): string =>
  readTranscript(paths.map(example)).value.states.flatMap(({ rulesets }) => rulesets).map((ruleset) => printSave(repairConnmark(ruleset).value, 'plain')).join('')

describe('rules of Istio 1.11.3', () => {
  it('REDIRECT: those of the dump', () => {
    expect(rulesByTable(chainwalk(args('REDIRECT')).stdout)).toEqual(rulesByTable(savedFrom('redirect/nat.txt')))
  })

  it('TPROXY: those of the repaired dumps', () => {
    expect(rulesByTable(chainwalk(args('TPROXY')).stdout)).toEqual(rulesByTable(savedFrom('tproxy/mangle.txt', 'tproxy/nat.txt')))
  })

  it('an empty -b means nothing inbound', () => {
    const { stdout } = chainwalk(['rules', '--istio', '1.11.3', '--', '-b', '', '-i', '*'])
    expect(stdout).not.toContain('-A PREROUTING')
  })

  it.each([['a YAML list', '- -b\n- "*"\n- -i\n- "*"\n'], ['a shell line', "istio-iptables -b '*' -i '*'\n"], ['a JSON array', '["-b", "*", "-i", "*"]']])('from %s', (_, text) => {
    expect(chainwalk(['rules', '--istio', '1.11.3', '--file', '-'], text).stdout).toBe(chainwalk(['rules', '--istio', '1.11.3', '--', '-b', '*', '-i', '*']).stdout)
  })

  it('what the tool refuses is refused', () => {
    expect(chainwalk(['rules', '--istio', '1.11.3', '--', '-x', '*'])).toMatchObject({ status: 2, stdout: '' })
  })
})
