import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { receiverWords, replyWords, seenWords } from '../../src/web/language/answerWords.ts'
import { EMPTY_FORM, formOf, readForm } from '../../src/web/worker/connectionForm.ts'
import type { ConnectionForm } from '../../src/web/worker/connectionForm.ts'
import { Engine } from '../../src/web/worker/engine.ts'
import { stateView } from '../../src/web/worker/frameView.ts'
import { NO_RULES } from '../../src/web/worker/generatedText.ts'
import { START_STATE } from '../../src/render/traceFrames.ts'

const example = (name: string): string => readFileSync(resolve(import.meta.dirname, '../../examples', name), 'utf8')

const INBOUND: ConnectionForm = { ...EMPTY_FORM, from: '10.20.0.78', to: '10.20.0.77:18080' }

async function loaded(text: string, form: ConnectionForm = INBOUND) {
  const engine = new Engine()
  const read = await engine.answer({ kind: 'read', side: 'a', files: [{ name: 'dump.txt', content: text }], state: 0, istio: '' })
  const walk = await engine.answer({ kind: 'walk', side: 'a', form, detail: 'full' })
  return { engine, read, walk }
}

describe('a form', () => {
  it.each<[Partial<ConnectionForm>, readonly string[]]>([
    [{}, ['to missing', 'from missing']],
    [{ uid: '0', to: '10.0.0.1:80' }, []],
    [{ from: 'pod', to: '10.0.0.1:80' }, ['from no-address']],
    [{ from: '10.0.0.2', to: '10.0.0.1' }, ['to no-port']],
    [{ from: '10.0.0.2', to: '10.0.0.1', proto: 'icmp' }, []],
    [{ from: '10.0.0.2', to: '[fd00::1]:80' }, ['from families']],
    [{ from: '[fd00::2]:4000', to: '[fd00::1]:80', podIp: 'fd00::1, 10.0.0.1', mark: '0x539' }, []],
    [{ from: '10.0.0.2', to: '10.0.0.1:80', uid: '-1', gid: 'app', podIp: 'here' }, ['uid no-number', 'gid no-number', 'podIp no-address']],
  ])('%j has these faults: %j', (fields, faults) => {
    const { connection, issues } = readForm({ ...EMPTY_FORM, ...fields })
    expect(issues.map(({ field, code }) => `${field} ${code}`)).toEqual(faults)
    expect(connection !== null).toBe(faults.length === 0)
    if (connection) expect(readForm(formOf(connection, { podIp: fields.podIp ?? '', istio: '' })).connection).toEqual(connection)
  })
})

describe('the engine of the page', () => {
  it('answers by frames, rows and places that fit together', async () => {
    const { engine, read, walk } = await loaded(example('redirect/nat.txt'))
    const frames = await engine.answer({ kind: 'frames', side: 'a', outcome: 0, detail: 'full', from: 0, count: 1000 })
    const rows = await engine.answer({ kind: 'rows', side: 'a', outcome: 0, from: 0, count: 1000 })
    expect(frames.frames).toHaveLength(walk.outcomes[0]?.frames ?? -1)
    expect(rows.rows).toHaveLength(read.rows)
    for (const { place, hit, event } of frames.frames) {
      if (!place) continue
      const row = rows.rows[place.row]
      expect(row?.kind === 'rule' && [row.number, row.line]).toEqual([place.number, place.line])
      expect(row?.kind === 'rule' && row.meetings.find((each) => each.event === event)?.failed === null).toBe(hit === 'matched')
    }
    expect(frames.frames[0]?.state).toEqual(stateView(START_STATE))
    expect(walk.first).toEqual(frames.frames.slice(0, walk.first.length))
  })

  it('gives windows of rows that are the same as all of them', async () => {
    const { engine, read } = await loaded(example('node/rules.txt'))
    const rows = (from: number, count: number) => engine.answer({ kind: 'rows', side: 'a', outcome: 0, from, count })
    const all = await rows(0, read.rows)
    for (const [from, count] of [[0, 7], [13, 20], [read.rows - 3, 50], [read.rows, 5]] as const) {
      expect(await rows(from, count)).toEqual({ from, rows: all.rows.slice(from, from + count) })
    }
  })

  it.each(['REDIRECT', 'TPROXY', 'AMBIENT'] as const)('makes rules it recognises again: %s', async (mode) => {
    const made = await new Engine().answer({ kind: 'generate', version: '1.24', mode, args: "-i '*' -b '*' -d 15090,15021,15020" })
    const { read } = await loaded(made.text ?? expect.fail('nothing was made'))
    expect([read.mesh, read.mode]).toEqual(['Istio', mode])
  })

  it('NONE is a terminal that shows no rules', async () => {
    const { walk, read } = await loaded(NO_RULES)
    expect(read.states).toHaveLength(1)
    expect(walk.outcomes[0]?.captured).toBe(false)
  })

  it('redacted rules give the redacted connection the same answer', async () => {
    const { engine, walk } = await loaded(example('tproxy/mangle.txt') + example('tproxy/nat.txt'))
    const redacted = await engine.answer({ kind: 'redact', sides: ['a'], form: INBOUND })
    expect(JSON.stringify(redacted)).not.toContain('10.20.0.')
    const again = await loaded(redacted.texts[0] ?? '', redacted.form)
    expect([again.walk.outcomes[0]?.result, again.walk.outcomes[0]?.parts.receiver]).toEqual([walk.outcomes[0]?.result, walk.outcomes[0]?.parts.receiver])
  })

  it('suggests what the text shows: its pod, its ports, its users', async () => {
    const { read } = await loaded(`$ ip addr\n2: eth0@if9: <BROADCAST,UP> mtu 1500\n    inet 10.9.8.7/24 scope global eth0\n$ iptables-save\n*nat\n-A PREROUTING -p tcp --dport 8443 -j REDIRECT --to-ports 15006\nCOMMIT\n`)
    expect(read.suggestions.to.map(({ value }) => value)).toEqual(expect.arrayContaining(['10.9.8.7:8443']))
    expect(read.facts).toContain('interfaces')
  })
})

it.each([
  ['redirect/nat.txt', INBOUND], ['redirect/nat.txt', { ...INBOUND, to: '10.20.0.77:15020' }], ['redirect/nat.txt', { ...INBOUND, to: '10.20.0.77', proto: 'icmp' }], ['redirect/nat.txt', { ...EMPTY_FORM, uid: '1000', to: '203.0.113.9:443' }],
  ['redirect/nat.txt', { ...EMPTY_FORM, uid: '1337', to: '203.0.113.9:443' }], ['node/rules.txt', { ...INBOUND, from: '203.0.113.7', to: '203.0.113.80:80' }],
] as const)('the page puts the answer into the words of the command line: %s %j', async (name, form) => {
  const { walk } = await loaded(example(name), form)
  for (const { line, parts } of walk.outcomes) {
    const { port, text } = receiverWords(parts)
    const words = [port === null ? text : `${port} ${text}`, ...(parts.originalDestination === null ? [] : [`original destination ${parts.originalDestination}`]), ...(parts.seen === null ? [] : [seenWords(parts)]), replyWords(parts)]
    expect(words.join(' · ')).toBe(line)
  }
})
