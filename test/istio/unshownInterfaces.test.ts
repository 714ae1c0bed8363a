import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { istioRules } from '../../src/istio/rules.ts'
import { restoreInterfaces } from '../../src/istio/unshownInterfaces.ts'
import { KNOWN_RELEASES } from '../../src/istio/version.ts'
import type { Family } from '../../src/net/address.ts'
import type { Rule, Ruleset } from '../../src/netfilter/ruleset.ts'
import { printRule, printSave } from '../../src/ruleset/print.ts'
import { printListing } from '../../src/ruleset/printListing.ts'
import { traceConnection } from '../../src/world/traceConnection.ts'
import { parseAddress } from '../../src/net/address.ts'

const ARGUMENTS: readonly (readonly string[])[] = [
  ['-p', '15001', '-z', '15006', '-u', '1337', '-m', 'REDIRECT', '-i', '*', '-x', '', '-b', '*', '-d', '15090,15021,15020'],
  ['-p', '15001', '-z', '15006', '-u', '1337', '-g', '1337', '-m', 'TPROXY', '-i', '*', '-x', '10.0.0.0/8', '-b', '*', '-d', '15020'],
  ['-p', '15001', '-z', '15006', '-u', '1337,1338', '-m', 'REDIRECT', '-i', '10.0.0.0/8', '-b', '80,443', '-o', '25', '-q', '9000', '--redirect-dns', '--capture-all-dns', '--drop-invalid'],
]

const CASES = KNOWN_RELEASES.flatMap((version) => ARGUMENTS.flatMap((args) => ([4, 6] as const).map((family): readonly [string, Family, readonly string[]] => [version, family, args])))

const listed = (ruleset: Ruleset): string => printListing(ruleset, { style: 'numbers', detail: 'plain', counters: 'rounded', lines: 'unnumbered', backend: 'nft' })

const read = (text: string, family: Family): Ruleset => {
  const program = family === 6 ? 'ip6tables' : 'iptables'
  const tables = text.split(/(?=^Chain PREROUTING)/m)
  const { value } = readTranscript([{ name: 'listed', text: tables.map((table) => `$ ${program} -t ${/ISTIO_INBOUND.*\n(?:.*\n)*.*TPROXY redirect|MARK/.test(table) ? 'mangle' : 'nat'} -nL\n${table}`).join('') }])
  const [ruleset] = value.states[0]?.rulesets ?? []
  if (!ruleset) throw new Error('no rules were read')
  return ruleset
}

describe('interfaces a listing without -v leaves out', () => {
  it.each(CASES)('are Istio %s\'s own, IPv%i, %j', (version, family, args) => {
    const { value } = istioRules({ version, family, args, nameservers: family === 4 ? ['10.96.0.10'] : ['fd00::10'], podIps: [family === 4 ? '10.20.0.77' : 'fd00:20::77'] })
    const made = value?.ruleset
    if (!made) return
    for (const table of made.tables.filter(({ name }) => name === 'nat' || name === 'mangle')) {
      const alone: Ruleset = { family, tables: [table] }
      const { value: restored } = restoreInterfaces(read(listed(alone), family))
      const interfaces = (rules: readonly Rule[]): string[] => rules.map(({ ip }) => JSON.stringify([ip.in ?? null, ip.out ?? null, ip.interfaces ?? null]))
      for (const chain of table.chains.filter(({ name }) => name.startsWith('ISTIO_') || name === 'PREROUTING' || name === 'OUTPUT')) {
        const again = restored.tables[0]?.chains.find(({ name }) => name === chain.name)?.rules ?? []
        expect(again.map(({ ip }, i) => (ip.interfaces ? 'unknown' : interfaces(again)[i])), `${table.name} ${chain.name}\n${chain.rules.map(printRule).join('\n')}`)
          .toEqual(chain.rules.map((rule, i) => (again[i]?.ip.interfaces ? 'unknown' : interfaces([rule])[0])))
        if (chain.name.startsWith('ISTIO_')) expect(again.some(({ ip }) => ip.interfaces)).toBe(false)
      }
    }
  })

  const PLAIN = 'Chain OUTPUT (policy ACCEPT)\ntarget     prot opt source               destination\nRETURN     tcp  --  anywhere             anywhere\nREDIRECT   tcp  --  anywhere             anywhere             redir ports 15001\n'

  it('are unknown of anybody else\'s rules: every way is told, and none is the answer', () => {
    const { value } = readTranscript([{ name: 'plain', text: PLAIN }])
    const [state] = value.states
    const dst = parseAddress('151.101.65.67')
    if (!state || !dst) throw new Error('not read')
    const { outcomes } = traceConnection({
      state, facts: value.facts, given: { podAddresses: [], istioVersion: null },
      connection: { origin: 'local', proto: 'tcp', src: null, sport: null, dst, dport: 443, uid: 1000, gid: 1000, in: null, mark: 0, transparent: false, tcpFlags: null, length: null, at: null, ctState: 'NEW' },
    })
    expect(new Set(outcomes.map(({ outcome }) => outcome.captured))).toEqual(new Set([false, true]))
    expect(outcomes.some(({ outcome }) => outcome.assumptions.some(({ code }) => code === 'interfaces-unshown'))).toBe(true)
  })

  it('are unknown of the rules of virtual interfaces, which name one', () => {
    const { value } = istioRules({ version: '1.30.0', family: 4, args: ['-i', '*', '-b', '*', '-k', 'eth1'], podIps: ['10.20.0.77'] })
    const restored = value && restoreInterfaces(read(listed(value.ruleset), 4)).value
    const rules = restored?.tables[0]?.chains.find(({ name }) => name === 'PREROUTING')?.rules ?? []
    expect(rules.map((rule) => [printRule(rule), rule.ip.interfaces])).toEqual([['-j ISTIO_REDIRECT', 'unshown'], ['-j RETURN', 'unshown'], ['-p tcp -j ISTIO_INBOUND', undefined]])
  })

  it('are said to be missing, once a table', () => {
    const { value } = readTranscript([{ name: 'plain', text: PLAIN }])
    const [ruleset] = value.states[0]?.rulesets ?? []
    const found = ruleset && restoreInterfaces(ruleset)
    expect(found?.diagnostics.map(({ code, span }) => [code, span?.line])).toEqual([['interfaces-unshown', 3]])
    expect(found && printSave(found.value, 'plain')).toContain('-A OUTPUT -p tcp -j RETURN')
  })
})
