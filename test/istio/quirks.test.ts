import { describe, expect, it } from 'vitest'
import { ask, chain, codes, INJECTED, injected } from './ask.ts'

const nat = (version: string, args: readonly string[], name = 'ISTIO_OUTPUT'): string[] => chain(ask(version, args), 'nat', name)

describe('what surprises in the rules of istio-iptables', () => {
  it('of several uids, the second meets the RETURN of the first before its own redirect', () => {
    const rules = nat('1.30.0', injected({ '-u': '3,4' }))
    const first = rules.indexOf('-o lo -m owner ! --uid-owner 3 -j RETURN')
    const second = rules.findIndex((rule) => rule.includes('--uid-owner 4 -j ISTIO_IN_REDIRECT'))
    expect(first).toBeGreaterThan(0)
    expect(second).toBeGreaterThan(first)
  })

  it("with TPROXY and -b '' the mangle chain holds three rules and nothing jumps to it", () => {
    const answer = ask('1.30.0', injected({ '-m': 'TPROXY', '-b': '' }))
    expect(chain(answer, 'mangle', 'ISTIO_INBOUND')).toEqual(['-p tcp -m mark --mark 0x539 -j RETURN', '-s 127.0.0.6/32 -i lo -p tcp -j RETURN', '-i lo -p tcp -m mark ! --mark 0x53a -j RETURN'])
    expect(chain(answer, 'mangle', 'PREROUTING').join()).not.toContain('ISTIO_INBOUND')
    expect(answer.value?.routes).toEqual([])
  })

  it('--to-port of 1.4 and --to-ports of 1.6 are saved alike', () => {
    for (const version of ['1.4.0', '1.6.0']) expect(nat(version, INJECTED, 'ISTIO_IN_REDIRECT')).toEqual(['-p tcp -j REDIRECT --to-ports 15006'])
  })

  it('up to 1.5 a list of inbound ports goes to the outbound port of Envoy', () => {
    expect(nat('1.5.0', injected({ '-b': '80' }), 'ISTIO_IN_REDIRECT')).toEqual(['-p tcp -j REDIRECT --to-ports 15001'])
    expect(nat('1.6.0', injected({ '-b': '80' }), 'ISTIO_IN_REDIRECT')).toEqual(['-p tcp -j REDIRECT --to-ports 15006'])
  })

  it('ISTIO_OUTPUT_DNS spares nobody: the proxy has returned above the jump', () => {
    const args = [...INJECTED, '--redirect-dns']
    const answer = ask('1.30.0', args, { nameservers: ['10.96.0.10'] })
    expect(chain(answer, 'nat', 'ISTIO_OUTPUT_DNS')).toEqual(['-d 10.96.0.10/32 -p tcp -m tcp --dport 53 -j REDIRECT --to-ports 15053', '-d 10.96.0.10/32 -p udp -m udp --dport 53 -j REDIRECT --to-ports 15053'])
    const rules = chain(answer, 'nat', 'ISTIO_OUTPUT')
    expect(rules.indexOf('-j ISTIO_OUTPUT_DNS')).toBeGreaterThan(rules.indexOf('-m owner --gid-owner 1337 -j RETURN'))
  })

  it('from 1.25 --redirect-dns without a nameserver leaves no port 53 anywhere', () => {
    const answer = ask('1.25.0', [...INJECTED, '--redirect-dns'])
    expect(codes(answer)).toEqual(['istio-no-nameserver'])
    expect(chain(answer, 'nat', 'ISTIO_OUTPUT').join()).not.toContain('53')
    expect(chain(ask('1.24.0', [...INJECTED, '--redirect-dns']), 'nat', 'ISTIO_OUTPUT').join()).toContain('53,15008')
  })

  it('a loopback range in -i drops the RETURN of the app on lo, from 1.7', () => {
    const returns = (version: string): boolean => nat(version, injected({ '-i': '127.0.0.0/8' })).includes('-o lo -m owner ! --uid-owner 1337 -j RETURN')
    expect([returns('1.6.0'), returns('1.7.0'), returns('1.30.0')]).toEqual([true, false, false])
  })

  it('-o spares UDP too, from 1.25', () => {
    expect(nat('1.24.0', injected({ '-o': '53' })).filter((rule) => rule.includes('--dport 53 '))).toEqual(['-p tcp -m tcp --dport 53 -j RETURN'])
    expect(nat('1.25.0', injected({ '-o': '53' })).filter((rule) => rule.includes('--dport 53 '))).toEqual(['-p tcp -m tcp --dport 53 -j RETURN', '-p udp -m udp --dport 53 -j RETURN'])
  })

  it('-x beats -q, and -q beats -i', () => {
    const rules = nat('1.30.0', injected({ '-i': '10.0.0.0/8', '-x': '10.1.0.0/16', '-q': '3306' }))
    expect(rules.slice(-3)).toEqual(['-d 10.1.0.0/16 -j RETURN', '-p tcp -m tcp --dport 3306 -j ISTIO_REDIRECT', '-d 10.0.0.0/8 -j ISTIO_REDIRECT'])
  })

  it('-k is inserted at the top: last interface and last range first, redirects above returns', () => {
    expect(nat('1.30.0', injected({ '-k': 'eth1,eth2', '-i': '10.0.0.0/8,11.0.0.0/8' }), 'PREROUTING')).toEqual([
      '-d 11.0.0.0/8 -i eth2 -j ISTIO_REDIRECT', '-d 11.0.0.0/8 -i eth1 -j ISTIO_REDIRECT', '-d 10.0.0.0/8 -i eth2 -j ISTIO_REDIRECT', '-d 10.0.0.0/8 -i eth1 -j ISTIO_REDIRECT',
      '-i eth2 -j RETURN', '-i eth1 -j RETURN', '-p tcp -j ISTIO_INBOUND',
    ])
  })
})

describe('what IPv6 did otherwise before 1.12', () => {
  const v6 = (version: string, changes: Readonly<Record<string, string>>): ReturnType<typeof ask> => ask(version, injected(changes), { family: 6, podIps: ['fd00::5'] })

  it.each([['1.7.0', ['RETURN']], ['1.8.0', ['RETURN', 'RETURN']], ['1.11.3', ['RETURN', 'RETURN']], ['1.12.0', ['ISTIO_REDIRECT', 'RETURN']]])('%s makes of -k eth1: %j', (version, targets) => {
    expect(chain(v6(version, { '-k': 'eth1' }), 'nat', 'PREROUTING').slice(0, -1)).toEqual(targets.map((target) => `-i eth1 -j ${target}`))
  })

  it('1.11.3 writes -i into OUTPUT for an excluded interface, and fails', () => {
    const answer = v6('1.11.3', { '--istio-exclude-interfaces': 'eth1' })
    expect(answer.diagnostics).toMatchObject([{ code: 'istio-refused-rule', severity: 'error' }])
    expect(chain(answer, 'nat', 'OUTPUT')).toEqual(['-p tcp -j ISTIO_OUTPUT'])
    expect(chain(v6('1.12.0', { '--istio-exclude-interfaces': 'eth1' }), 'nat', 'OUTPUT')).toEqual(['-o eth1 -j RETURN', '-p tcp -j ISTIO_OUTPUT'])
  })

  it('1.4 closes IPv6 in an IPv4 pod', () => {
    expect(chain(ask('1.4.0', INJECTED, { family: 6 }), 'filter', 'INPUT').at(-1)).toMatch(/^-j REJECT/)
    expect(ask('1.5.0', INJECTED, { family: 6 }).value?.ruleset.tables).toEqual([])
  })
})

describe('trace logging', () => {
  it('puts the log above the rule it logs, for inserted rules too', () => {
    const rules = nat('1.12.0', [...injected({ '-k': 'eth1' }), '--iptables-trace-logging'], 'PREROUTING')
    const log = (prefix: string): string => `-j NFLOG --nflog-prefix ${prefix} --nflog-group 1337 --nflog-size 20`
    expect(rules.map((rule) => rule.replaceAll('"', '').replace(/--nflog-prefix +/, '--nflog-prefix '))).toEqual([
      `-i eth1 ${log('KubevirtCommand')}`, '-i eth1 -j ISTIO_REDIRECT', `-i eth1 ${log('KubevirtCommand')}`, '-i eth1 -j RETURN', `-p tcp ${log('JumpInbound')}`, '-p tcp -j ISTIO_INBOUND',
    ])
  })
})

describe('ambient', () => {
  const pod = (version: string, env = {}): ReturnType<typeof ask> => ask(version, [], { ambient: {}, env })

  it('takes the defaults of istio-cni: DNS from 1.25', () => {
    expect(chain(pod('1.24.0'), 'raw', 'ISTIO_OUTPUT')).toEqual([])
    expect(chain(pod('1.25.0'), 'raw', 'ISTIO_OUTPUT')).toHaveLength(1)
    expect(chain(pod('1.25.0', { AMBIENT_DNS_CAPTURE: 'false' }), 'raw', 'ISTIO_OUTPUT')).toEqual([])
    expect(chain(pod('1.30.0', { HOST_PROBE_SNAT_IP: '169.254.1.1' }), 'nat', 'ISTIO_PRERT')[0]).toBe('-s 169.254.1.1/32 -p tcp -m tcp -j ACCEPT')
  })

  it('has a chain that is only jumped to', () => {
    const answer = ask('1.28.0', [], { ambient: { ingressMode: true } })
    expect(answer.value?.ruleset.tables.find(({ name }) => name === 'nat')?.chains.map(({ name }) => name)).toContain('ISTIO_PRERT')
    expect(chain(answer, 'nat', 'ISTIO_PRERT')).toEqual([])
  })

  it('does not exist before 1.21, and does not take the arguments of a sidecar', () => {
    expect(pod('1.20.0')).toMatchObject({ value: null, diagnostics: [{ code: 'istio-no-ambient' }] })
    expect(codes(ask('1.30.0', INJECTED, { ambient: {} }))).toEqual(['istio-arguments-unused'])
  })
})
