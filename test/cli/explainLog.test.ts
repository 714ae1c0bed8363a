import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const LOG = 'examples/access-log/server.log'
const REDIRECT = 'examples/redirect/nat.txt'
const TPROXY = ['examples/tproxy/mangle.txt', 'examples/tproxy/nat.txt']
const LINE = readFileSync(join(import.meta.dirname, '../../', LOG), 'utf8').split('\n').find((line) => line.startsWith('[')) ?? ''

describe('explain-log', () => {
  it('answers first, a paragraph a line', () => {
    const { status, stdout } = chainwalk(['explain-log', '-'], `${LINE}\n${LINE}\n`)
    expect(status).toBe(0)
    expect(stdout.split('\n\n')).toHaveLength(2)
    expect(stdout).toMatch(/^<stdin>:1 {2}GET \/common\/sauth 200: Envoy inbound, REDIRECT · original destination 10\.20\.0\.77:18080 · app sees 127\.0\.0\.6\n/)
  })

  it('has the stable shape', () => {
    const { status, stdout } = chainwalk(['explain-log', '-', '--json', '--rules', REDIRECT], `prose\n${LINE}`)
    const result = JSON.parse(stdout)
    expect(status).toBe(0)
    expect(Object.keys(result)).toEqual(['schema', 'entries', 'passedOver', 'diagnostics'])
    expect(Object.keys(result.entries[0])).toEqual(['file', 'line', 'column', 'format', 'fields', 'flags', 'readings', 'toldApartBy', 'remarks', 'rules'])
    expect(result).toMatchObject({
      schema: 'chainwalk/explain-log@1', passedOver: 1,
      entries: [{
        file: '<stdin>', line: 2, column: 1, format: 'text-1.9', fields: { upstream_cluster: 'inbound|18080||', x_forwarded_for: null }, flags: [],
        readings: [{
          direction: 'inbound', destination: 'service', mode: 'REDIRECT', to: 'original', fit: 'agrees', conditions: ['Istio 1.10 and newer'],
          checks: [{ field: 'upstream_host', expected: '10.20.0.77:18080', holds: true }, { field: 'upstream_local_address', expected: '127.0.0.6', logged: '127.0.0.6:44213', holds: true }],
          saw: [{ who: 'envoy', saw: '10.20.0.78:33204' }, { who: 'app', at: '10.20.0.77:18080', saw: '127.0.0.6' }],
        }],
        rules: { verdict: 'agrees', readings: [{ verdict: 'agrees', problem: null, checks: [{ what: 'captured', holds: true, rule: { table: 'nat', chain: 'ISTIO_IN_REDIRECT', number: 1, file: REDIRECT, line: 28 } }, { what: 'mode' }, { what: 'original destination' }, { what: 'source the app sees' }] }] },
      }],
    })
  })

  it('exit 1 where a line contradicts the rules, 0 without rules', () => {
    expect(chainwalk(['explain-log', LOG, '--rules', ...TPROXY])).toMatchObject({ status: 1, stdout: expect.stringContaining('The rules contradict it: mode: the line has REDIRECT, the rules TPROXY (mangle ISTIO_TPROXY rule 1 [examples/tproxy/mangle.txt:43])') })
    expect(chainwalk(['explain-log', LOG]).status).toBe(0)
  })

  it('the release and the pod\'s address decide', () => {
    expect(chainwalk(['explain-log', '-', '--istio', '1.9'], LINE).stdout).toContain('Strange: Istio 1.9 would have logged this otherwise.')
    expect(chainwalk(['explain-log', '-', '--pod-ip', '10.9.9.9'], LINE).stdout).toContain('most like Envoy inbound')
  })

  it('what cannot be read is told with its place', () => {
    const { status, stderr } = chainwalk(['explain-log', '-'], `${LINE}\n${LINE.slice(0, 100)}\n`)
    expect(status).toBe(0)
    expect(stderr).toMatch(/^warning <stdin>:2:\d+: this looks like a line of an access log and cannot be read: .* \[unreadable-log-line\]\n$/)
  })

  it.each([
    ['nothing of a log', ['explain-log', '-'], 'hello\n', /no line of an Envoy access log was recognised/],
    ['a file that is not there', ['explain-log', 'nowhere.log'], '', /nowhere.log: there is no such file/],
    ['no file', ['explain-log'], '', /missing required argument/],
    ['rules that are none', ['explain-log', LOG, '--rules', LOG], '', /no iptables rules were found/],
    ['a version that is none', ['explain-log', LOG, '--istio', 'banana'], '', /"banana" is no Istio version/],
    ['an address that is none', ['explain-log', LOG, '--pod-ip', '10.0.0.300'], '', /"10.0.0.300" is no IP address/],
  ] as const)('%s: exit 2', (_, args, input, said) => {
    const { status, stdout, stderr } = chainwalk(args, input)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(said)
  })

  it('what a log says cannot reach the terminal as control sequences', () => {
    const evil = `{"path":"/\\u001b[31m\\u202e","method":"\\u009b2J","protocol":"HTTP/1.1","upstream_cluster":"x\\u001b]0;","downstream_remote_address":"10.0.0.1:1","downstream_local_address":"10.0.0.2:2"}`
    for (const args of [[], ['--json']]) {
      const { status, stdout, stderr } = chainwalk(['explain-log', '-', ...args], evil)
      expect(status).toBe(0)
      // eslint-disable-next-line no-control-regex
      expect(stdout + stderr).not.toMatch(/[\u001b\u009b\u202e]/)
    }
  })
})
