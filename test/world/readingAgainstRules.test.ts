import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readTranscript } from '../../src/host/readTranscript.ts'
import { repairConnmark } from '../../src/istio/connmarkMisprint.ts'
import { parseAddress } from '../../src/net/address.ts'
import { readAccessLog } from '../../src/proxy/accessLog/readAccessLog.ts'
import { explainLog } from '../../src/world/explainLog.ts'
import type { ExplainedLine } from '../../src/world/explainLog.ts'
import type { RulesAsked } from '../../src/world/readingAgainstRules.ts'

const example = (path: string): { name: string; text: string } => ({ name: path, text: readFileSync(join(import.meta.dirname, '../../examples', path), 'utf8') })

function rulesIn(...files: readonly { name: string; text: string }[]): Omit<RulesAsked, 'given'> {
  const { value } = readTranscript(files)
  const state = value.states[0] ?? expect.fail('no rules')
  return { state: { ...state, rulesets: state.rulesets.map((ruleset) => repairConnmark(ruleset).value) }, facts: value.facts }
}

const RULES = {
  REDIRECT: rulesIn(example('redirect/nat.txt')),
  TPROXY: rulesIn(example('tproxy/mangle.txt'), example('tproxy/nat.txt')),
  none: rulesIn({ name: 'empty', text: '*nat\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n' }),
  dice: rulesIn({ name: 'dice', text: '*nat\n:PREROUTING ACCEPT [0:0]\n:ISTIO_IN_REDIRECT - [0:0]\n-A PREROUTING -p tcp -m statistic --mode random --probability 0.5 -j ISTIO_IN_REDIRECT\n-A ISTIO_IN_REDIRECT -p tcp -j REDIRECT --to-ports 15006\nCOMMIT\n' }),
} as const

/** `ends`: upstream local, downstream local and downstream remote address. */
const line = (cluster: string, host: string, ends: string, code = '200 - via_upstream -'): string =>
  `[2022-12-17T09:30:39.883Z] "GET / HTTP/1.1" ${code} "-" 0 60 0 0 "-" "curl" "id" "web" "${host}" ${cluster} ${ends} - default`

const LINES = {
  redirect: line('inbound|18080||', '10.20.0.77:18080', '127.0.0.6:44213 10.20.0.77:18080 10.20.0.78:33204'),
  tproxy: line('inbound|18080||', '10.20.0.77:18080', '10.20.0.78:44213 10.20.0.77:18080 10.20.0.78:33204'),
  localhost: line('inbound|18080||', '127.0.0.1:18080', '127.0.0.1:44213 10.20.0.77:18080 10.20.0.78:33204'),
  unknownPort: line('InboundPassthroughClusterIpv4', '10.20.0.77:7777', '127.0.0.6:44213 10.20.0.77:7777 10.20.0.78:33204'),
  excluded: line('inbound|15020||', '10.20.0.77:15020', '127.0.0.6:44213 10.20.0.77:15020 10.20.0.78:33204'),
  denied: line('inbound|18080||', '-', '- 10.20.0.77:18080 10.20.0.78:33204', '403 - rbac_access_denied_matched_policy[none] -'),
  behindGateway: line('inbound|18080||', '10.20.0.77:18080', '127.0.0.6:44213 10.20.0.77:18080 120.244.0.9:0'),
  hidden: line('inbound|80||', '172.17.X.XXX:80', '127.0.0.6:42169 172.17.X.XXX:80 172.17.X.XXX:56160'),
  hiddenPeer: line('inbound|80||', '10.20.0.77:80', '127.0.0.6:42169 10.20.0.77:80 172.17.X.XXX:56160'),
  v6: line('inbound|80||', '[fd00::77]:80', '[::6]:42169 [fd00::77]:80 [fd00::78]:56160'),
  outbound: line('outbound|80||web', '10.20.0.99:8080', '10.20.0.77:39574 172.16.234.188:80 10.20.0.77:55160'),
  passthrough: line('PassthroughCluster', '151.101.65.67:443', '10.20.0.77:39574 151.101.65.67:443 10.20.0.77:55160'),
  blackhole: line('BlackHoleCluster', '-', '- 151.101.65.67:443 10.20.0.77:55160', '0 UH - -'),
  gateway: line('outbound|80||web', '10.20.0.99:8080', '10.20.0.77:39574 10.20.0.77:8080 10.0.0.93:5899'),
  waypoint: line('inbound-vip|8000|http|web', 'envoy://connect_originate/10.244.3.101:8080', 'envoy://internal_client_address/ 10.0.81.76:8000 10.244.2.106:53454'),
} as const

function held(which: keyof typeof LINES, rules: keyof typeof RULES, istioVersion: string | null = null): ExplainedLine {
  const { value } = readAccessLog([{ name: 'log', text: LINES[which] }])
  const [explained] = explainLog(value.entries, { podAddresses: [], istioVersion }, RULES[rules])
  return explained ?? expect.fail('the line was not read')
}

/** "mode: REDIRECT, not TPROXY (nat PREROUTING rule 1)": what does not hold. */
const contradictions = ({ rules }: ExplainedLine): string[] =>
  (rules?.readings ?? []).flatMap(({ checks }) => checks.filter(({ holds }) => holds === false).map(({ what, logged, rules: is, place }) => `${what}: ${is}, not ${logged} (${place ? `${place.table} ${place.chain} rule ${place.number}` : 'no rule'})`))

describe('a line and the rules', () => {
  it.each([
    ['redirect', 'REDIRECT', 'agrees'], ['redirect', 'TPROXY', 'contradicts'], ['redirect', 'none', 'contradicts'], ['redirect', 'dice', 'undecided'],
    ['tproxy', 'TPROXY', 'agrees'], ['tproxy', 'REDIRECT', 'contradicts'],
    ['localhost', 'REDIRECT', 'agrees'], ['localhost', 'TPROXY', 'contradicts'],
    ['unknownPort', 'REDIRECT', 'agrees'], ['excluded', 'REDIRECT', 'contradicts'], ['excluded', 'TPROXY', 'contradicts'],
    ['denied', 'REDIRECT', 'agrees'], ['denied', 'TPROXY', 'agrees'], ['denied', 'none', 'contradicts'],
    ['behindGateway', 'REDIRECT', 'agrees'], ['hidden', 'REDIRECT', 'undecided'], ['hiddenPeer', 'REDIRECT', 'undecided'], ['v6', 'REDIRECT', 'undecided'],
    ['outbound', 'REDIRECT', 'agrees'], ['outbound', 'TPROXY', 'agrees'], ['outbound', 'none', 'contradicts'],
    ['passthrough', 'REDIRECT', 'agrees'], ['blackhole', 'REDIRECT', 'agrees'], ['blackhole', 'none', 'contradicts'],
    ['gateway', 'none', 'agrees'], ['gateway', 'REDIRECT', 'contradicts'], ['waypoint', 'REDIRECT', 'undecided'],
  ] as const)('%s against %s: %s', (which, rules, verdict) => {
    expect(held(which, rules).rules?.verdict).toBe(verdict)
  })

  it('names what contradicts, and the rule', () => {
    expect(contradictions(held('redirect', 'TPROXY'))).toEqual(['mode: TPROXY, not REDIRECT (mangle ISTIO_TPROXY rule 1)', 'source the app sees: 10.20.0.78, not 127.0.0.6 (mangle ISTIO_TPROXY rule 1)'])
    expect(contradictions(held('tproxy', 'REDIRECT'))).toEqual(['mode: REDIRECT, not TPROXY (nat ISTIO_IN_REDIRECT rule 1)', 'source the app sees: 127.0.0.6, not 10.20.0.78 (nat ISTIO_IN_REDIRECT rule 1)'])
    expect(contradictions(held('excluded', 'REDIRECT'))).toEqual(['captured: not captured, not Envoy\'s inbound listener, port 15006 (nat ISTIO_INBOUND rule 5)'])
    expect(contradictions(held('gateway', 'REDIRECT'))).toEqual(['captured: captured, port 15006, not not captured: it came to Envoy\'s own port 8080 (nat ISTIO_IN_REDIRECT rule 1)'])
    expect(contradictions(held('outbound', 'none'))).toEqual(['captured: not captured, not Envoy\'s outbound listener, port 15001 (no rule)'])
  })

  it('the rules tell readings apart that the line leaves open', () => {
    const agreeing = (rules: 'REDIRECT' | 'TPROXY'): unknown[] => (held('denied', rules).rules?.readings ?? []).filter(({ verdict }) => verdict === 'agrees').map(({ reading }) => reading.mode)
    expect(new Set(agreeing('REDIRECT'))).toEqual(new Set(['REDIRECT']))
    expect(new Set(agreeing('TPROXY'))).toEqual(new Set(['TPROXY']))
  })

  it('says why nothing was asked, and what was taken for granted', () => {
    const problems = (which: keyof typeof LINES): unknown => held(which, 'REDIRECT').rules?.readings.map(({ problem }) => problem)
    expect(problems('hidden')).toEqual(['172.17.X.XXX:80 is hidden in part, so no rule can be asked about it'])
    expect(problems('hiddenPeer')).toEqual(['172.17.X.XXX is hidden in part, so no rule can be asked about it'])
    expect(problems('v6')).toEqual(['no IPv6 rules are shown'])
    const codes = (which: keyof typeof LINES): unknown => held(which, 'REDIRECT').rules?.readings[0]?.assumptions.map(({ code }) => code)
    expect(codes('outbound')).toContain('assume-log-user')
    expect(codes('behindGateway')).toContain('assume-log-peer')
  })

  it('a release that dials otherwise does not make rules wrong', () => {
    expect(held('redirect', 'REDIRECT', '1.9.0').rules?.verdict).toBe('agrees')
    expect(held('localhost', 'REDIRECT', '1.8.0').rules?.verdict).toBe('agrees')
    expect(held('unknownPort', 'REDIRECT', '1.8.0').rules?.verdict).toBe('agrees')
  })

  it('a pod address that is another than the line\'s leaves no reading', () => {
    const { value } = readAccessLog([{ name: 'log', text: LINES.redirect }])
    const [explained] = explainLog(value.entries, { podAddresses: [parseAddress('10.20.0.5') ?? expect.fail('no address')], istioVersion: null }, RULES.REDIRECT)
    expect(explained).toMatchObject({ readings: [{ fit: 'differs' }], rules: { verdict: 'undecided' } })
  })
})
