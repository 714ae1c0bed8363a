import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { chainwalk } from './chainwalk.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const REDIRECT = 'examples/redirect/nat.txt'
const TPROXY = ['examples/tproxy/mangle.txt', 'examples/tproxy/nat.txt']
const FROM_OUTSIDE = ['--from', '10.20.0.78', '--to', '10.20.0.77:18080']
const INBOUND = { src: '10.20.0.78', dst: '10.20.0.77', dport: 18080 }
const OUTBOUND = { origin: 'local', uid: 1000, dst: '151.101.65.67', dport: 443 }

const rules = readFileSync(join(ROOT, REDIRECT), 'utf8')

const ndjson = (...values: readonly unknown[]): string => values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('')

const results = (text: string) => text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line))

let folder = ''
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'chainwalk-batch-')) })
afterAll(() => { rmSync(folder, { recursive: true, force: true }) })

function inFile(name: string, text: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** What became of each line: "line 3: bad-json", or the port of Envoy that took it. */
const told = (text: string): string[] => results(text).map(({ error, outcomes }) => (error ? `line ${error.line}: ${error.code}` : `${outcomes[0].envoyPort}`))

const connectionsIn = (text: string | Buffer, ...options: readonly string[]) => chainwalk(['trace', REDIRECT, '--connections', '-', ...options], text)

describe('a line that is no connection', () => {
  const lines = ndjson(INBOUND, '', '{"dst":', '   ', { ...INBOUND, dport: 'http' }, { dst: '10.20.0.77', dport: 1 }, '[]', { ...INBOUND, transparent: 'yes' }, { ...INBOUND, proto: 'sctp' }, OUTBOUND)

  it.each(['1', '3'])('is an error in its place, and not the end: --jobs %s', (jobs) => {
    const { status, stdout, stderr } = connectionsIn(lines, '--jobs', jobs)
    expect(told(stdout)).toEqual(['15006', 'line 3: bad-json', 'line 5: bad-input', 'line 6: bad-input', 'line 7: bad-input', 'line 8: bad-input', 'line 9: bad-input', '15001'])
    expect(stderr).toContain('warning 6 of 8 lines tell an error in place of a result [batch-errors]')
    expect(status).toBe(0)
  })

  it('says what is wrong with it', () => {
    expect(results(connectionsIn(lines).stdout).flatMap(({ error }) => (error ? [error.message] : []))).toEqual([
      '<stdin>:3: this line is no JSON', '<stdin>:5: dport is a whole number from 0 to 65535', '<stdin>:6: a remote connection needs src', '<stdin>:7: a connection is a JSON object',
      '<stdin>:8: transparent is true or false', '<stdin>:9: proto takes tcp, udp or icmp, not "sctp"',
    ])
  })

  it('makes the exit code 2 with --strict, after all results', () => {
    expect(connectionsIn(lines, '--strict')).toMatchObject({ status: 2, stdout: connectionsIn(lines).stdout })
    expect(connectionsIn(ndjson(INBOUND), '--strict').status).toBe(0)
  })

  it('may be longer than can be kept', () => {
    const { stdout } = connectionsIn(Buffer.concat([Buffer.alloc(70_000_000, 'x'), Buffer.from(`\n${ndjson(INBOUND)}`)]))
    expect(told(stdout)).toEqual(['line 1: line-too-long', '15006'])
  })

  it('no lines at all give no results', () => {
    expect(connectionsIn('')).toMatchObject({ status: 0, stdout: '' })
  })
})

describe('the text of a batch', () => {
  const lines = ndjson(INBOUND, OUTBOUND)

  it.each([
    ['without a last line end', Buffer.from(lines.trimEnd())],
    ['with CRLF', Buffer.from(lines.replaceAll('\n', '\r\n'))],
    ['with a byte order mark', Buffer.from(`\ufeff${lines}`)],
    ['in UTF-16', Buffer.from(`\ufeff${lines}`, 'utf16le')],
    ['in big-endian UTF-16', Buffer.from(`\ufeff${lines}`, 'utf16le').swap16()],
  ])('%s', (_, bytes) => {
    expect(connectionsIn(bytes).stdout).toBe(connectionsIn(lines).stdout)
  })
})

describe('the pod\'s own address', () => {
  const own = (stdout: string): string[] => results(stdout).flatMap(({ outcomes }) => outcomes[0].packets[0].src)
  const asked = (name: string, lines: string, ...options: readonly string[]) => chainwalk(['trace', REDIRECT, '--connections', inFile(name, lines), ...options])
  const placeholders = (stdout: string): number => results(stdout).filter(({ outcomes }) => outcomes[0].assumptions.some(({ code }: { code: string }) => code === 'assume-pod-address')).length

  it('is what all of a file dial from outside, wherever they stand in it', () => {
    expect(own(asked('one.ndjson', ndjson(OUTBOUND, '{"dst":"10.9.9.9"}', '{', INBOUND, { ...INBOUND, dport: 22 })).stdout.split('\n').filter((line) => !line.includes('"error"')).join('\n'))).toEqual(['10.20.0.77', '10.20.0.78', '10.20.0.78'])
  })

  it('is not known where they dial several', () => {
    const { stdout } = asked('two.ndjson', ndjson(OUTBOUND, INBOUND, { ...INBOUND, dst: '10.20.0.79' }))
    expect([own(stdout)[0], placeholders(stdout)]).toEqual(['192.0.2.2', 1])
  })

  it('is one of each family', () => {
    expect(own(asked('both.ndjson', ndjson(OUTBOUND, { ...OUTBOUND, dst: '2001:db8::99' }, INBOUND, { src: 'fd00::1', dst: 'fd00::2', dport: 80 })).stdout).slice(0, 2)).toEqual(['10.20.0.77', 'fd00::2'])
  })

  it('is not looked for in a pipe, which is said, so that a line has one answer wherever the pipe was cut', () => {
    const { stdout, stderr } = connectionsIn(ndjson(INBOUND, OUTBOUND))
    expect(stdout.split('\n')[1]).toBe(connectionsIn(ndjson(OUTBOUND)).stdout.trimEnd())
    expect(placeholders(stdout)).toBe(1)
    expect(stderr).toContain('[pod-address-untold]')
  })

  it('is what --pod-ip says', () => {
    const { stdout, stderr } = connectionsIn(ndjson(INBOUND, OUTBOUND), '--pod-ip', '10.20.0.77')
    expect([own(stdout)[1], placeholders(stdout)]).toEqual(['10.20.0.77', 0])
    expect(stderr).not.toContain('[pod-address-untold]')
  })

  it('is no Service that a node\'s rules translate: many fare as one', () => {
    const service = { src: '10.244.1.9', dst: '10.96.0.10', dport: 53, proto: 'udp' }
    const many = chainwalk(['trace', 'examples/node/rules.txt', '--connections', inFile('service.ndjson', ndjson(service))])
    const one = chainwalk(['trace', 'examples/node/rules.txt', '--from', '10.244.1.9', '--to', '10.96.0.10:53', '--proto', 'udp', '--json'])
    expect(results(many.stdout)[0].outcomes).toEqual(results(one.stdout)[0].outcomes)
  })
})

describe('--jobs', () => {
  const mixed = Array.from({ length: 300 }, (_, i) => {
    if (i % 50 === 49) return '{'
    return i % 3 === 0 ? { ...OUTBOUND, uid: i % 2 ? 1337 : 1000, dport: 1 + i } : i % 7 === 0 ? { src: 'fd00::1', dst: 'fd00::2', dport: i } : { ...INBOUND, dport: 15000 + i, proto: i % 5 ? 'tcp' : 'udp' }
  })

  it.each([
    ['REDIRECT', [REDIRECT]], ['TPROXY', TPROXY], ['a node', ['examples/node/rules.txt']], ['arguments', ['examples/arguments/init-container.json']],
    ['a whole transcript', ['test/host/data/pod-dual-stack.txt']], ['an Envoy\'s configuration beside it', [REDIRECT, 'test/seeds/data/istio14-webapp-envoy.txt']],
  ])('gives what one thread gives: %s', (_, files) => {
    const given = ['trace', ...files, '--connections', inFile('mixed.ndjson', ndjson(...mixed))]
    const alone = chainwalk(given)
    expect(results(alone.stdout)).toHaveLength(300)
    expect(chainwalk([...given, '--jobs', '3'])).toEqual(alone)
  })

  it('gives of dumps what one thread gives', () => {
    const given = ['trace', '--batch', 'examples', ...FROM_OUTSIDE]
    const alone = chainwalk(given)
    expect(results(alone.stdout).length).toBeGreaterThan(20)
    expect(chainwalk([...given, '--jobs', '3'])).toEqual(alone)
  })

  it('tells other names with --redact, whoever answered', () => {
    const { status, stdout } = connectionsIn(ndjson(INBOUND, OUTBOUND, { ...INBOUND, dport: 'http' }), '--redact', '--jobs', '2')
    expect(status).toBe(0)
    expect(told(stdout)).toEqual(['15006', '15001', 'line 3: bad-input'])
    expect(stdout).not.toMatch(/10\.20\.0\.7[78]|151\.101/)
  })
})

describe('--batch with a folder', () => {
  beforeAll(() => {
    mkdirSync(join(folder, 'dumps/b/c'), { recursive: true })
    mkdirSync(join(folder, 'empty'))
    cpSync(join(ROOT, 'test/seeds/data/source-ip.txt'), join(folder, 'dumps/b/both.txt'))
    inFile('dumps/a.txt', rules)
    inFile('dumps/b/c/noise.bin', Buffer.from(`\u007fELF${'\u0000\u0001'.repeat(400)}`))
    inFile('dumps/c.txt', 'Dear all,\n')
    inFile('dumps/.hidden', rules)
    symlinkSync('..', join(folder, 'dumps/b/circle'))
    symlinkSync('nowhere', join(folder, 'dumps/d-lost'))
    symlinkSync('a.txt', join(folder, 'dumps/e-linked.txt'))
  })

  const shown = (...options: readonly string[]): string[] =>
    results(chainwalk(['trace', '--batch', join(folder, 'dumps/'), ...FROM_OUTSIDE, ...options]).stdout).map(({ file, error, outcomes }) => `${file.replace(`${folder}/dumps/`, '')}: ${error ? error.code : outcomes[0].appSees}`)

  it('has one line for each file below it, by name', () => {
    expect(shown()).toEqual(['a.txt: 127.0.0.6', 'b/both.txt: several-states', 'b/c/noise.bin: binary-input', 'c.txt: nothing-recognised', 'd-lost: unreadable-file', 'e-linked.txt: 127.0.0.6'])
    expect(shown('--state', '2')[1]).toBe('b/both.txt: 10.20.0.78')
  })

  it('gives of each dump what it gives of it alone, and its diagnostics', () => {
    const [{ file, ...result }] = results(chainwalk(['trace', '--batch', 'examples/tproxy', ...FROM_OUTSIDE]).stdout).filter((each) => each.file.endsWith('nat.txt'))
    expect(file).toBe('examples/tproxy/nat.txt')
    expect(result).toEqual(results(chainwalk(['trace', 'examples/tproxy/nat.txt', ...FROM_OUTSIDE, '--json']).stdout)[0])
  })

  it('without a file, or that is not there, is a mistake', () => {
    expect(chainwalk(['trace', '--batch', join(folder, 'empty'), ...FROM_OUTSIDE])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('there is no file in it') })
    expect(chainwalk(['trace', '--batch', join(folder, 'nowhere'), ...FROM_OUTSIDE])).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('there is no such file') })
  })
})

describe('--batch with lines', () => {
  const dumps = ndjson(
    { name: 'plain', text: rules }, { text: rules, connection: { ...INBOUND, dport: 15090 } }, { name: 'noise', text: 'x' }, '{', 5, { name: 'textless' }, { name: 'misspelt', text: rules, pod: '10.0.0.1' },
    { name: 'own', text: rules, podIp: '10.20.0.77', connection: { origin: 'local', uid: 1337, dst: '10.20.0.77', dport: 18080 } }, { name: 'old', text: rules, istio: '1.9.99' }, { name: 'older', text: rules, istio: 'banana' },
    { name: 'addresses', text: rules, podIp: ['10.20.0.77', 7] }, { name: 'wrong', text: rules, connection: { dst: '10.20.0.77' } },
  )

  it.each(['1', '2'])('answers each by itself: --jobs %s', (jobs) => {
    const { stdout, status } = chainwalk(['trace', '--batch', '-', ...FROM_OUTSIDE, '--jobs', jobs], dumps)
    expect(status).toBe(0)
    expect(results(stdout).map(({ file, error, outcomes }) => `${file}: ${error ? `${error.line} ${error.code}` : `${outcomes[0].envoyPort} ${outcomes[0].appSees}`}`)).toEqual([
      'plain: 15006 127.0.0.6', '<stdin>:2: 15090 null', 'noise: 3 nothing-recognised', '<stdin>:4: 4 bad-json', '<stdin>:5: 5 bad-input', 'textless: 6 bad-input', 'misspelt: 7 bad-input',
      'own: 15006 127.0.0.6', 'old: 15006 127.0.0.1', 'older: 10 bad-input', 'addresses: 11 bad-input', 'wrong: 12 bad-input',
    ])
  })

  it('tells the diagnostics of what cannot be read', () => {
    const [{ diagnostics }] = results(chainwalk(['trace', '--batch', '-', ...FROM_OUTSIDE], ndjson({ name: 'noise', text: 'x' })).stdout)
    expect(diagnostics).toEqual([expect.objectContaining({ code: 'nothing-recognised', severity: 'error', file: 'noise', line: 1 })])
  })

  it('without a connection anywhere asks nothing of it', () => {
    expect(results(chainwalk(['trace', '--batch', '-'], ndjson({ name: 'a', text: rules }, { name: 'b', text: rules, connection: INBOUND })).stdout).map(({ file, error }) => `${file} ${error?.message ?? ''}`))
      .toEqual(['a a: there is no connection to ask about; give one on the line, or --from and --to', 'b '])
  })
})

describe('what would not be used', () => {
  it.each([
    [['trace', REDIRECT, ...FROM_OUTSIDE, '--jobs', '2'], /--jobs would not be used/],
    [['trace', REDIRECT, ...FROM_OUTSIDE, '--strict'], /--strict would not be used/],
    [['trace', REDIRECT, ...FROM_OUTSIDE, '--connections', '-'], /--from, --to would not be used/],
    [['trace', '-', '--connections', '-'], /standard input cannot be both/],
    [['trace', REDIRECT, '--batch', 'examples', ...FROM_OUTSIDE], /examples\/redirect\/nat.txt would not be used/],
    [['trace', '--batch', 'examples', '--connections', '-'], /--connections would not be used/],
    [['trace', '--batch', 'examples', ...FROM_OUTSIDE, '--format', 'minimal'], /--format minimal would not be used/],
    [['trace', '--batch', 'examples', '--from', '10.20.0.78'], /say where the connection goes/],
    [['trace', REDIRECT, '--connections', '-', '--jobs', '0'], /--jobs takes a number from 1 to 256, not "0"/],
    [['trace', REDIRECT, '--connections', '-', '--jobs', 'all'], /--jobs takes a number from 1 to 256, not "all"/],
    [['trace', REDIRECT, '--connections', 'examples', '--jobs', '2'], /examples: it is a directory/],
    [['trace'], /say which rules/],
  ])('%j', (args, said) => {
    const { status, stdout, stderr } = chainwalk(args)
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr.trim().split('\n').at(-1)).toMatch(said)
  })
})

describe('a batch streams', () => {
  it.each(['1', '2'])('a result comes before the next line is there: --jobs %s', async (jobs) => {
    const child = spawn(process.execPath, ['dist/cli.js', 'trace', REDIRECT, '--connections', '-', '--jobs', jobs], { cwd: ROOT, stdio: ['pipe', 'pipe', 'ignore'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    for (const dport of [18080, 22, 15090]) {
      child.stdin.write(ndjson({ ...INBOUND, dport }))
      expect(JSON.parse((await lines.next()).value).connection.dport).toBe(dport)
    }
    child.stdin.end()
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it.each(['1', '2'])('a reader that stops early is no error: --jobs %s', (jobs) => {
    const file = inFile('many.ndjson', ndjson(...Array.from({ length: 500 }, () => INBOUND)))
    const { stdout, stderr } = spawnSync('bash', ['-c', `node dist/cli.js trace ${TPROXY.join(' ')} --connections ${file} --jobs ${jobs} | head -n 1 | wc -l; echo "\${PIPESTATUS[@]}"`], { cwd: ROOT, encoding: 'utf8' })
    expect(stdout).toBe('1\n0 0 0\n')
    expect(stderr).not.toContain('EPIPE')
  })

  // It takes a few seconds to fill: what all lines and results are long has no room in this heap.
  it.each(['1', '2'])('in a small heap, however many lines there are: --jobs %s', (jobs) => {
    const lines = Array.from({ length: 4000 }, (_, i) => (i % 2 ? { ...OUTBOUND, dport: i } : { ...INBOUND, src: `10.1.${i % 200}.${i % 251}`, dport: i }))
    const heap = ['--max-old-space-size=24', '--max-semi-space-size=1']
    const { status, stdout } = spawnSync(process.execPath, [...heap, 'dist/cli.js', 'trace', REDIRECT, '--connections', inFile('long.ndjson', ndjson(...lines)), '--jobs', jobs], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 28 })
    expect(status).toBe(0)
    expect(stdout.length).toBeGreaterThan(16_000_000)
    expect(results(stdout).map(({ connection }) => connection.dport)).toEqual(lines.map(({ dport }) => dport))
  })
})

describe('docs/batch.md', () => {
  const page = readFileSync(join(ROOT, 'docs/batch.md'), 'utf8')
  const run = (command: string, input = '') => spawnSync('bash', ['-c', command.replaceAll('chainwalk ', 'node dist/cli.js ')], { cwd: ROOT, input, encoding: 'utf8' })

  it('Spark\'s pipe', () => {
    const command = /\.pipe\("([^"]*)"\)/.exec(page)?.[1] ?? expect.fail('no pipe')
    const { status, stdout } = run(command, readFileSync(join(ROOT, 'examples/batch/dumps.ndjson'), 'utf8'))
    expect(status).toBe(0)
    expect(results(stdout).map(({ file }) => file)).toEqual(['checkout', 'search', 'payment'])
  })

  it('the Kubernetes Job', () => {
    const job = parse(/```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const [{ command, args }] = job.spec.template.spec.containers
    expect(command).toEqual(['sh', '-c'])
    cpSync(join(ROOT, 'examples/batch/dumps'), join(folder, 'data/dumps/3'), { recursive: true })
    expect(run(`JOB_COMPLETION_INDEX=3; ${args[0].replaceAll('/data/', `${folder}/data/`)}`).status).toBe(0)
    expect(results(readFileSync(join(folder, 'data/results-3.ndjson'), 'utf8'))).toHaveLength(3)
  })
})
