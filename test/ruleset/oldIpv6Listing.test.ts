import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { printRule } from '../../src/ruleset/print.ts'

const HEAD = '$ ip6tables -L\nChain INPUT (policy ACCEPT)\ntarget     prot opt source               destination'

function rules(...lines: readonly string[]): { readonly read: readonly string[]; readonly codes: readonly string[] } {
  const { value, diagnostics } = readTranscript([{ name: 'old', text: [HEAD, ...lines].join('\n') }])
  const chains = value.states[0]?.rulesets[0]?.tables[0]?.chains ?? []
  return { read: chains.flatMap((chain) => chain.rules.map(printRule)), codes: diagnostics.map(({ code }) => code) }
}

/** iptables up to 1.8.8 leaves the opt column of IPv6 blank. */
describe('an IPv6 listing without anything in its opt column', () => {
  it.each([
    ['ACCEPT     tcp      anywhere             anywhere             tcp dpt:http', '-p tcp -m tcp --dport 80 -j ACCEPT'],
    ['DROP       all      fe80::/10            anywhere            ', '-s fe80::/10 -j DROP'],
    ['           udp      anywhere             2001:db8::1         ', '-d 2001:db8::1/128 -p udp'],
    ['ISTIO_REDIRECT  all      anywhere            !localhost          ', '! -d ::1/128 -j ISTIO_REDIRECT'],
  ])('%s', (line, rule) => {
    expect(rules(line).read).toEqual([rule])
  })

  it('is not every line that has a protocol\'s name in it', () => {
    expect(rules('we drop all packets that come here').read).toEqual([])
  })

  it('does not tell which network "!anywhere" is, so that the rule is unknown', () => {
    const { read, codes } = rules('DROP       all     !anywhere             anywhere            ')
    expect([read, codes]).toEqual([['!anywhere -j DROP'], ['unreadable-option', 'unclear-anywhere']])
  })
})
