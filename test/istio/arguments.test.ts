import { describe, expect, it } from 'vitest'
import { ask, chain, codes, INJECTED, injected, messages, reason } from './ask.ts'

const output = (version: string, changes: Readonly<Record<string, string>>): string[] => chain(ask(version, injected(changes)), 'nat', 'ISTIO_OUTPUT')

describe('CIDRs', () => {
  it.each(['1.11.3', '1.26.0'])('%s leaves a bad one out, so nothing outbound is captured', (version) => {
    const answer = ask(version, injected({ '-i': 'foo' }))
    expect(codes(answer)).toEqual(['istio-bad-cidr'])
    expect(messages(answer)).toContain('"foo" in -i foo is no CIDR; this version leaves it out')
    expect(chain(answer, 'nat', 'ISTIO_OUTPUT').filter((rule) => rule.includes('-j ISTIO_REDIRECT'))).toEqual([])
  })

  it('1.27 stops at it', () => {
    expect(ask('1.27.0', injected({ '-i': '10.0.0.0/8,foo' }))).toMatchObject({ value: null, diagnostics: [{ code: 'istio-bad-cidr', severity: 'error' }] })
  })

  it.each(['10.0.0.1', '10.0.0.0/33', '10.0.0/8', '10.0.0.0/08', '10.0.0.0/8/8', 'fd00::/129', '/8', '010.0.0.0/8', '*,10.0.0.0/8'])('%s is none', (cidr) => {
    expect(codes(ask('1.30.0', injected({ '-x': cidr })))).toEqual(['istio-bad-cidr'])
  })

  it('an empty item is none up to 1.6, and nothing from 1.7', () => {
    expect(codes(ask('1.6.0', injected({ '-i': '10.0.0.0/8,' })))).toEqual(['istio-bad-cidr'])
    expect(codes(ask('1.7.0', injected({ '-i': '10.0.0.0/8,' })))).toEqual([])
  })

  it.each(['1.4.0', '1.11.3', '1.26.0', '1.30.0'])("%s refuses -x '*'", (version) => {
    const answer = ask(version, injected({ '-x': '*' }))
    expect(answer.value).toBeNull()
    expect(messages(answer)).toContain('invalid value for OUTBOUND_IP_RANGES_EXCLUDE')
  })

  it('are told apart by family', () => {
    const args = injected({ '-i': '10.0.0.0/8,fd00::/8', '-x': 'fd00:1::/32' })
    expect(chain(ask('1.30.0', args, { podIps: ['fd00::5'] }), 'nat', 'ISTIO_OUTPUT').slice(-1)).toEqual(['-d 10.0.0.0/8 -j ISTIO_REDIRECT'])
    expect(chain(ask('1.30.0', args, { podIps: ['fd00::5'], family: 6 }), 'nat', 'ISTIO_OUTPUT').slice(-2)).toEqual(['-d fd00:1::/32 -j RETURN', '-d fd00::/8 -j ISTIO_REDIRECT'])
  })

  it('with host bits come out the same: Istio masks them, or iptables does', () => {
    for (const version of ['1.15.0', '1.16.0']) expect(output(version, { '-i': '10.1.2.3/16' })).toContain('-d 10.1.0.0/16 -j ISTIO_REDIRECT')
  })
})

describe('ports', () => {
  it("'*,80' is no wildcard: iptables refuses the port *", () => {
    const answer = ask('1.30.0', injected({ '-b': '*,80' }))
    expect(messages(answer)).toContain('"*" in -b *,80 is no port: iptables refuses that rule, and istio-iptables fails')
    expect(chain(answer, 'nat', 'ISTIO_INBOUND')).toEqual(['-p tcp -m tcp --dport 15008 -j RETURN', '-p tcp -m tcp --dport 80 -j ISTIO_IN_REDIRECT'])
  })

  it.each(['1.4.0', '1.5.0', '1.6.0'])('%s fails at a trailing comma', (version) => {
    const answer = ask(version, injected({ '-d': '15090,15021,' }))
    expect(answer.diagnostics).toMatchObject([{ code: 'istio-refused-rule', severity: 'error' }])
    expect(chain(answer, 'nat', 'ISTIO_INBOUND').filter((rule) => rule.endsWith('RETURN'))).toHaveLength(3)
  })

  it('1.7 skips it', () => {
    const answer = ask('1.7.0', injected({ '-d': '15090,15021,' }))
    expect(codes(answer)).toEqual([])
    expect(chain(answer, 'nat', 'ISTIO_INBOUND')).toEqual(chain(ask('1.7.0', injected({ '-d': '15090,15021' })), 'nat', 'ISTIO_INBOUND'))
  })

  it('may have blanks about them', () => {
    expect(chain(ask('1.30.0', injected({ '-b': '80, 443' })), 'nat', 'ISTIO_INBOUND').at(-1)).toBe('-p tcp -m tcp --dport 443 -j ISTIO_IN_REDIRECT')
  })

  it('of Envoy that are none are refused by iptables', () => {
    const answer = ask('1.30.0', injected({ '-p': 'x' }))
    expect(messages(answer)).toMatch(/^iptables refuses "-A ISTIO_REDIRECT -p tcp -j REDIRECT --to-ports x" \(from -p x\), and istio-iptables fails: /)
    expect(chain(answer, 'nat', 'ISTIO_REDIRECT')).toEqual([])
  })

  it("-d without -b '*' is said to be without effect", () => {
    expect(codes(ask('1.30.0', injected({ '-b': '80' })))).toEqual(['istio-exclude-ignored'])
  })
})

describe('settings', () => {
  const drops = (version: string, env: Readonly<Record<string, string>>): boolean => chain(ask(version, INJECTED, { env }), 'mangle', 'PREROUTING').length > 0

  it.each([['1.13.0', false], ['1.20.0', false], ['1.21.0', true], ['1.30.0', true]])('in %s the variable INVALID_DROP works: %s', (version, works) => {
    expect(drops(version, { INVALID_DROP: 'true' })).toBe(works)
    expect(drops(version, { DROP_INVALID: 'true' })).toBe(true)
  })

  it('a flag beats its variable, which beats the default', () => {
    const env = { INBOUND_CAPTURE_PORT: '15066' }
    expect(chain(ask('1.30.0', ['-b', '*'], { env }), 'nat', 'ISTIO_IN_REDIRECT')).toEqual(['-p tcp -j REDIRECT --to-ports 15066'])
    expect(chain(ask('1.30.0', ['-b', '*', '-z', '15007'], { env }), 'nat', 'ISTIO_IN_REDIRECT')).toEqual(['-p tcp -j REDIRECT --to-ports 15007'])
    expect(reason(ask('1.30.0', ['-b', '*'], { env }), '--to-ports 15066')).toBe('env INBOUND_CAPTURE_PORT=15066')
  })

  it('ENVOY_PORT is not read any more from 1.21', () => {
    const port = (version: string): string[] => chain(ask(version, [], { env: { ENVOY_PORT: '15099' } }), 'nat', 'ISTIO_REDIRECT')
    expect(port('1.20.0')).toEqual(['-p tcp -j REDIRECT --to-ports 15099'])
    expect(port('1.21.0')).toEqual(['-p tcp -j REDIRECT --to-ports 15001'])
  })

  it('without -u the proxy is 1337, and root too up to 1.7', () => {
    const spared = (version: string): string[] => chain(ask(version, ['-i', '*']), 'nat', 'ISTIO_OUTPUT').filter((rule) => rule.startsWith('-m owner --uid-owner'))
    expect(spared('1.7.0')).toEqual(['-m owner --uid-owner 1337 -j RETURN', '-m owner --uid-owner 0 -j RETURN'])
    expect(spared('1.8.0')).toEqual(['-m owner --uid-owner 1337 -j RETURN'])
  })

  it('the first pod address decides about IPv6', () => {
    const v6 = (podIps: readonly string[], env = {}): number => ask('1.30.0', INJECTED, { family: 6, podIps, env }).value?.ruleset.tables.length ?? -1
    expect([v6([]), v6(['10.0.0.5']), v6(['10.0.0.5', 'fd00::5']), v6(['fd00::5', '10.0.0.5']), v6(['::1', 'fe80::1', 'fd00::5'])]).toEqual([0, 0, 0, 1, 1])
    expect(v6(['10.0.0.5', 'fd00::5'], { ISTIO_DUAL_STACK: 'true' })).toBe(1)
  })

  it('addresses that are none are said', () => {
    expect(codes(ask('1.30.0', [...INJECTED, '--redirect-dns'], { nameservers: ['dns', '10.0.0.10'], podIps: ['eth0'] })).sort()).toEqual(['istio-bad-nameserver', 'istio-bad-pod-ip'])
  })

  it.each(['--skip-rule-apply', '--cleanup-only', '--native-nftables'])('%s makes no rules', (flag) => {
    expect(ask('1.30.0', [...INJECTED, flag]).value).toMatchObject({ ruleset: { tables: [] }, routes: [] })
  })

  it('a group is shown by its number', () => {
    const env = { ISTIO_OUTBOUND_OWNER_GROUPS: 'java,202' }
    expect(chain(ask('1.30.0', INJECTED, { env, groups: { java: 20001 } }), 'nat', 'ISTIO_OUTPUT')).toContain('-m owner ! --gid-owner 20001 -m owner ! --gid-owner 202 -j RETURN')
  })
})
