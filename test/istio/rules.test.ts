import { describe, expect, it } from 'vitest'
import { istioRules } from '../../src/istio/rules.ts'
import { KNOWN_RELEASES } from '../../src/istio/version.ts'
import type { Ruleset } from '../../src/netfilter/ruleset.ts'
import { printSave } from '../../src/ruleset/print.ts'
import { ask, INJECTED, injected, messages, reason } from './ask.ts'
import { byTable, goldens } from './goldens.ts'

const rulesOf = ({ tables }: Ruleset): Ruleset['tables'][number]['chains'][number]['rules'] => tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules))

describe('the rules, printed as iptables-save prints them', () => {
  it.each([['redirect-default', 'REDIRECT'], ['tproxy-default', 'TPROXY']])('are those of 1.11.3, byte for byte: %s', (name, mode) => {
    const golden = goldens.find((each) => each.kind === 'cases' && each.version === '1.11.3' && each.case === name)
    const { value, diagnostics } = istioRules({ version: '1.11.3', family: 4, args: injected({ '-m': mode, '-d': '15090,15021,15020' }) })
    expect(diagnostics).toEqual([])
    expect(value && byTable(printSave(value.ruleset, 'plain'))).toBe(byTable(golden?.v4 ?? ''))
  })
})

describe('every rule says why it is there', () => {
  it.each([...KNOWN_RELEASES])('in %s, in both modes and families', (version) => {
    for (const mode of ['REDIRECT', 'TPROXY']) {
      for (const family of [4, 6] as const) {
        const { value } = ask(version, injected({ '-m': mode, '-o': '3306', '-k': 'eth1', '-x': '10.1.0.0/16' }), { family, podIps: [family === 4 ? '10.0.0.5' : 'fd00::5'] })
        const unexplained = value ? rulesOf(value.ruleset).filter(({ because }) => !because?.note) : ['no rules']
        expect(unexplained).toEqual([])
      }
    }
  })

  it.each([
    ['--dport 15090', '-d 15090,15021,15020'], ['--to-ports 15001', '-p 15001'], ['--to-ports 15006', '-z 15006'], ['-m owner --uid-owner 1337 -j RETURN', '-u 1337'],
    ['-p tcp -j ISTIO_INBOUND', '-b *'], ['-j ISTIO_REDIRECT', '-i *'], ['--dport 22', '-b *'], ['--dport 15008', 'the tunnel (HBONE) port is served by Envoy itself (default)'],
  ])('%s: %s', (part, why) => {
    expect(reason(ask('1.11.3', INJECTED), part)).toBe(why)
  })
})

describe('an answer', () => {
  it('has the routes of TPROXY and the address of IPv6', () => {
    const routes = (family: 4 | 6): readonly string[] | undefined => ask('1.30.0', injected({ '-m': 'TPROXY' }), { family, podIps: ['fd00::5'] }).value?.routes
    expect(routes(4)).toEqual(['ip -f inet rule add fwmark 1337 lookup 133', 'ip -f inet route add local default dev lo table 133'])
    expect(routes(6)).toEqual(['ip -6 addr add ::6/128 dev lo', 'ip -f inet6 rule add fwmark 1337 lookup 133', 'ip -f inet6 route add local default dev lo table 133'])
  })

  it('needs no more than a version and a family', () => {
    expect(istioRules({ version: 'latest', family: 4 }).value?.ruleset.tables.map(({ name }) => name)).toEqual(['nat'])
  })

  it('is null where the tool stops, and says why', () => {
    expect(ask('1.11.3', ['--no-such-flag'])).toMatchObject({ value: null, diagnostics: [{ code: 'istio-unknown-flag', severity: 'error' }] })
    expect(messages(ask('1.4.0', ['--redirect-dns']))).toContain('it exists from 1.9')
  })

  it('is the same twice, and plain data', () => {
    const { value } = ask('1.30.0', INJECTED)
    expect(ask('1.30.0', INJECTED).value).toEqual(value)
    expect(JSON.parse(JSON.stringify(value))).toEqual(value)
  })
})
