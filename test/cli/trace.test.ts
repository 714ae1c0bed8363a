import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chainwalk } from './chainwalk.ts'

const FROM_OUTSIDE = ['--from', '10.20.0.78', '--to', '10.20.0.77:18080']
const REDIRECT = 'examples/redirect/nat.txt'
const TPROXY = ['examples/tproxy/mangle.txt', 'examples/tproxy/nat.txt']
const SEED = 'test/seeds/data/source-ip.txt'

const traced = (args: readonly string[], input = '') => {
  const ran = chainwalk(['trace', ...args, '--json'], input)
  expect(ran.status).toBe(0)
  return JSON.parse(ran.stdout)
}

describe('trace --json', () => {
  it('has the stable shape', () => {
    const result = traced([REDIRECT, ...FROM_OUTSIDE])
    expect(Object.keys(result)).toEqual(['schema', 'connection', 'mode', 'recognised', 'outcomes', 'diagnostics'])
    expect(result).toMatchObject({
      schema: 'chainwalk/trace@1',
      connection: { origin: 'remote', proto: 'tcp', src: '10.20.0.78', sport: null, dst: '10.20.0.77', dport: 18080 },
      mode: 'REDIRECT',
      outcomes: [{ probability: 1, result: 'connected', captured: true, envoyPort: 15006, reachesApp: true, appSees: '127.0.0.6' }],
    })
    const [outcome] = result.outcomes
    expect(outcome.packets[0]).toEqual({
      leg: 0, direction: 'original', in: 'eth0', out: null, protocol: 'tcp', src: '10.20.0.78', sport: 33204, dst: '10.20.0.77', dport: 18080, flags: 'SYN', mark: 0,
      path: [
        { hook: 'PREROUTING', table: 'nat', chain: 'PREROUTING', rule: 1, verdict: 'JUMP ISTIO_INBOUND', target: 'ISTIO_INBOUND' },
        { hook: 'PREROUTING', table: 'nat', chain: 'ISTIO_INBOUND', rule: 6, verdict: 'JUMP ISTIO_IN_REDIRECT', target: 'ISTIO_IN_REDIRECT' },
        { hook: 'PREROUTING', table: 'nat', chain: 'ISTIO_IN_REDIRECT', rule: 1, verdict: 'ACCEPT', target: 'REDIRECT' },
        { hook: 'INPUT', table: 'nat', chain: 'INPUT', rule: null, verdict: 'ACCEPT', target: null },
      ],
    })
    expect(outcome.packets.map(({ leg, flags }: { leg: number; flags: string }) => `${leg} ${flags}`)).toEqual(['0 SYN', '0 SYN ACK', '0 ACK', '1 SYN', '1 SYN', '1 SYN ACK', '1 SYN ACK', '1 ACK', '1 ACK'])
  })

  it('TPROXY from two files', () => {
    expect(traced([...TPROXY, ...FROM_OUTSIDE])).toMatchObject({ mode: 'TPROXY', outcomes: [{ envoyPort: 15006, appSees: '10.20.0.78', reachesApp: true }] })
  })

  it('the proxy\'s dial from the client\'s address takes another port than the client\'s', () => {
    expect(traced([...TPROXY, '--from', '10.20.0.78:33204', '--to', '10.20.0.77:18080'])).toMatchObject({ outcomes: [{ appSees: '10.20.0.78', reachesApp: true }] })
  })

  it('TPROXY with CONNMARK taken literally', () => {
    expect(traced([...TPROXY, ...FROM_OUTSIDE, '--assume', 'connmark-misprint=literal']).outcomes).toMatchObject([{ result: 'connected', reachesApp: false, upstreams: [{ port: 15006, to: '10.20.0.77:18080', result: 'timeout' }] }])
  })

  it('the init container\'s arguments give the answers of the dumps', () => {
    const answer = ({ outcomes }: { outcomes: Record<string, unknown>[] }) => outcomes.map(({ result, accepts, upstreams, captured, envoyPort, appSees }) => ({ result, accepts, upstreams, captured, envoyPort, appSees }))
    const text = readFileSync(join(import.meta.dirname, '../../examples/arguments/init-container.json'), 'utf8')
    for (const connection of [FROM_OUTSIDE, ['--uid', '1000', '--to', '151.101.65.67:443', '--pod-ip', '10.20.0.77'], ['--uid', '1337', '--to', '10.20.0.77:18080', '--pod-ip', '10.20.0.77']]) {
      expect(answer(traced(['-', ...connection], text))).toEqual(answer(traced([REDIRECT, ...connection])))
      expect(answer(traced(['-', ...connection], text.replace('REDIRECT', 'TPROXY')))).toEqual(answer(traced([...TPROXY, ...connection])))
    }
  })

  it('says whose rules these are, and null of arguments and of rules that are not Istio\'s', () => {
    expect(traced([...TPROXY, ...FROM_OUTSIDE]).recognised).toMatchObject({
      mesh: 'Istio', mode: 'TPROXY', versions: [{ first: '1.11', last: '1.12' }], args: ['-m', 'TPROXY', '-i', '*', '-b', '*', '-d', '15090,15021,15020'], foreignRules: 0, missing: [], moved: [],
      tables: [{ family: 4, table: 'mangle' }, { family: 4, table: 'nat' }],
    })
    expect(traced(['examples/arguments/init-container.json', ...FROM_OUTSIDE]).recognised).toBeNull()
    expect(traced(['-', ...FROM_OUTSIDE], '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n').recognised).toBeNull()
  })

  it('takes the version from the rules where they tell it', () => {
    const assumed = (args: readonly string[], input = ''): string[] =>
      traced(args, input).outcomes[0].assumptions.filter(({ code }: { code: string }) => code === 'assume-istio-version').map(({ message }: { message: string }) => message)
    const made = (version: string): string => chainwalk(['rules', '--istio', version, '--', '-i', '*', '-b', '*', '-d', '15020']).stdout
    expect(assumed([...TPROXY, ...FROM_OUTSIDE])).toEqual([])
    expect(assumed([REDIRECT, ...FROM_OUTSIDE])).toEqual([expect.stringMatching(/^the proxy is of Istio 1\.10 or newer/)])
    expect(assumed(['-', ...FROM_OUTSIDE], made('1.30'))).toEqual([])
    expect(assumed(['-', ...FROM_OUTSIDE], made('1.4'))).toEqual([expect.stringMatching(/^the proxy is taken to be of Istio 1\.10 or newer, though its rules are of an older one/)])
    expect(assumed(['-', ...FROM_OUTSIDE], made('1.30').replace(/.*-d 127.0.0.1.32 -j RETURN\n/, ''))).toHaveLength(1)
  })

  it('a ping is not intercepted', () => {
    expect(traced([REDIRECT, '--from', '10.20.0.78', '--to', '10.20.0.77', '--proto', 'icmp']).outcomes).toMatchObject([{ captured: false, envoyPort: null, result: 'connected' }])
  })

  it('an older Istio dials 127.0.0.1', () => {
    const [outcome] = traced([REDIRECT, ...FROM_OUTSIDE, '--istio', '1.9']).outcomes
    expect(outcome).toMatchObject({ appSees: '127.0.0.1', envoyPort: 15006 })
    expect(outcome.assumptions.map(({ code }: { code: string }) => code)).toContain('assume-service-port')
  })
})

describe('the line that says whose rules these are', () => {
  const lines = (args: readonly string[], input = ''): string[] => chainwalk(['trace', ...args, ...FROM_OUTSIDE], input).stdout.split('\n')

  it('stands under the answer, but not in the short form', () => {
    expect(lines(TPROXY).slice(1, 4)).toEqual(["Istio 1.11-1.12, TPROXY, -i '*' -b '*' -d 15090,15021,15020", "  or Istio 1.13-1.17, TPROXY, -i '*' -b '*' -d 22,15090,15021,15020", ''])
    expect(lines([...TPROXY, '--format', 'minimal']).join('\n')).not.toContain('Istio 1.')
  })

  it('counts what does not fit, which is listed below', () => {
    const made = chainwalk(['rules', '--istio', '1.30', '--', '-i', '*', '-b', '*', '-d', '15020']).stdout
    const edited = made.replace('-A ISTIO_OUTPUT -d 127.0.0.1/32 -j RETURN\n', '').replace(/(?=-A PREROUTING)/, '-A PREROUTING -s 203.0.113.9/32 -j ACCEPT\n')
    const shown = lines(['-'], edited)
    expect(shown[1]).toBe("Istio 1.25-1.31, REDIRECT, -i '*' -b '*' -d 15020; one rule is not from Istio; one rule of Istio is missing")
    expect(shown).toContain('  nat PREROUTING rule 1  -A PREROUTING -s 203.0.113.9/32 -j ACCEPT  [<stdin>:10]')
    expect(shown).toContain('  nat ISTIO_OUTPUT rule 8  -d 127.0.0.1/32 -j RETURN')
  })

  it('is missing where the rules are no mesh\'s', () => {
    expect(lines(['-'], '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15001\nCOMMIT\n')[1]).toBe('')
  })
})

describe('trace --connections', () => {
  it('prints one result a line, in order', () => {
    const { status, stdout } = chainwalk(['trace', REDIRECT, '--connections', 'examples/redirect/connections.ndjson'])
    expect(status).toBe(0)
    const results = stdout.trim().split('\n').map((line) => JSON.parse(line))
    expect(results.map(({ connection, outcomes }) => [connection.origin, outcomes[0].envoyPort])).toEqual([['remote', 15006], ['local', 15006]])
  })
})

describe('several states', () => {
  it('are listed, and one must be picked', () => {
    const { status, stderr } = chainwalk(['trace', SEED, ...FROM_OUTSIDE])
    expect(status).toBe(2)
    expect(stderr).toMatch(/2 states[\s\S]*--state 1: nat \(.*source-ip.txt:\d+-\d+\)\n.*--state 2: mangle .*, nat /)
  })

  it.each([['1', '127.0.0.6', 'REDIRECT'], ['2', '10.20.0.78', 'TPROXY']])('state %s: the app sees %s', (state, appSees, mode) => {
    expect(traced([SEED, '--state', state, ...FROM_OUTSIDE])).toMatchObject({ mode, outcomes: [{ appSees }] })
  })

  it('a state that is not there', () => {
    expect(chainwalk(['trace', SEED, '--state', '3', ...FROM_OUTSIDE])).toMatchObject({ status: 2 })
  })
})

const codes = ({ outcomes }: { outcomes: { assumptions: { code: string }[] }[] }): string[] => outcomes.flatMap(({ assumptions }) => assumptions.map(({ code }) => code))

describe('input that tells less than it might', () => {
  it('a dump cut short never gives one certain answer', () => {
    const lines = readFileSync(join(import.meta.dirname, '../../examples/redirect/nat.txt'), 'utf8').split('\n')
    const result = traced(['-', ...FROM_OUTSIDE], lines.slice(0, 24).join('\n'))
    expect(result.outcomes.length).toBeGreaterThan(1)
    expect(result.diagnostics.map(({ code }: { code: string }) => code)).toEqual(expect.arrayContaining(['missing-chain', 'cut-short']))
    expect(codes(result)).toContain('assume-whole-text')
  })

  it('no mesh at all: not intercepted', () => {
    const result = traced(['-', ...FROM_OUTSIDE], '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT\nCOMMIT\n')
    expect(result).toMatchObject({ mode: null, outcomes: [{ captured: false, result: 'connected' }] })
    expect(chainwalk(['trace', '-', ...FROM_OUTSIDE], '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n').stdout).toContain('this namespace is not intercepted')
  })

  it('other tables only: said to be assumed empty', () => {
    expect(codes(traced(['examples/tproxy/mangle.txt', ...FROM_OUTSIDE]))).toContain('assume-empty-tables')
  })

  it('an IPv6 destination on an IPv4 dump', () => {
    const result = traced([REDIRECT, '--from', 'fd00::1', '--to', '[fd00::2]:80'])
    expect(result.outcomes).toMatchObject([{ captured: false }])
    expect(codes(result)).toContain('assume-no-rules')
  })
})

describe('bad input', () => {
  it.each([
    ['an empty file', ['trace', '-', ...FROM_OUTSIDE], '', /<stdin>:1:1: no iptables rules were found/],
    ['prose', ['trace', '-', ...FROM_OUTSIDE], 'Dear all,\nit does not work.\n', /no iptables rules were found/],
    ['a binary file', ['trace', '-', ...FROM_OUTSIDE], `\u007fELF${'\u0000\u0001'.repeat(400)}`, /this is no text/],
    ['a file that is not there', ['trace', 'nowhere.txt', ...FROM_OUTSIDE], '', /nowhere.txt: there is no such file/],
    ['a port out of range', ['trace', REDIRECT, '--from', '10.20.0.78', '--to', '10.20.0.77:99999'], '', /--to: "99999" is no port/],
    ['no port', ['trace', REDIRECT, '--from', '10.20.0.78', '--to', '10.20.0.77'], '', /--to needs a port/],
    ['an address that is none', ['trace', REDIRECT, '--from', '10.20.0.300', '--to', '10.20.0.77:1'], '', /"10.20.0.300" is no IP address/],
    ['two families', ['trace', REDIRECT, '--from', 'fd00::1', '--to', '10.20.0.77:1'], '', /different address families/],
    ['no source', ['trace', REDIRECT, '--to', '10.20.0.77:1'], '', /say where the connection comes from/],
    ['an unknown option', ['trace', REDIRECT, '--form', '10.20.0.78'], '', /unknown option '--form'.*Did you mean/],
    ['a misspelt command', ['trcae', REDIRECT], '', /unknown command 'trcae'.*trace/],
    ['no command', [], '', /say what to do/],
    ['an unknown version', ['trace', REDIRECT, ...FROM_OUTSIDE, '--istio', 'banana'], '', /"banana" is no Istio version/],
  ])('%s: one line, exit 2', (_, args, input, said) => {
    const { status, stdout, stderr } = chainwalk(args, input)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(said)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })

  it('a rule with a port out of range is pointed at, and its condition is unknown', () => {
    const { status, stderr } = chainwalk(['trace', '-', ...FROM_OUTSIDE], '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport 99999 -j DROP\nCOMMIT\n')
    expect(status).toBe(0)
    expect(stderr).toContain('warning <stdin>:3:25: "99999" is neither a port (0 to 65535) nor the name of a service')
  })

  it('what a dump says cannot reach the terminal as control sequences', () => {
    const { stdout, stderr } = chainwalk(['trace', '-', ...FROM_OUTSIDE], '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "\u001b[31mred\u001b[0m \u202eevil" -j ACCEPT\nCOMMIT\n')
    // eslint-disable-next-line no-control-regex
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e]/)
  })
})

describe('help and version', () => {
  it.each([[[]], [['trace']], [['rules']], [['convert']], [['graph']], [['explain-log']], [['collect']]])('%j', (command) => {
    expect(chainwalk([...command, '--help'])).toMatchObject({ status: 0, stderr: '' })
    expect(chainwalk([...command, '--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})
