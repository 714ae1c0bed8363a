import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linkOf, openLink } from '../../src/web/share/linkCodec.ts'
import type { LinkState } from '../../src/web/share/linkState.ts'
import { commandLine } from '../../src/web/share/commandLine.ts'
import { markdownOf } from '../../src/web/share/markdownOf.ts'
import { EMPTY_FORM } from '../../src/web/worker/connectionForm.ts'

const STATE: LinkState = {
  room: 'walk', form: { ...EMPTY_FORM, from: '10.20.0.78', to: '10.20.0.77:18080' }, a: { files: [{ name: 'nat.txt', text: '*nat\n链 🚀\nCOMMIT\n' }], state: 0 }, b: { files: [], state: 0 }, detail: 'text', position: 7, lesson: '',
}

const packed = (value: unknown): string => `#1.${deflateRawSync(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')}`

describe('a link', () => {
  it('holds the state, whatever is in it', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.nat(), async (text, position) => {
      const state = { ...STATE, position, a: { files: [{ name: 'x', text: text }], state: 0 } }
      expect(await openLink(await linkOf(state))).toEqual({ kind: 'state', state })
    }), { numRuns: 50 })
  })

  it('that is cut or changed anywhere is refused, or is another state; it never throws', async () => {
    const link = await linkOf(STATE)
    for (let at = 3; at < link.length; at += 1) expect((await openLink(link.slice(0, at)))?.kind).toBe('refused')
    await fc.assert(fc.asyncProperty(fc.nat({ max: link.length - 1 }), fc.constantFrom(...'Aa0-_.%'), async (at, character) => {
      expect(['refused', 'state']).toContain((await openLink(link.slice(0, at) + character + link.slice(at + 1)))?.kind ?? 'refused')
    }))
  })

  it('is refused for what it is', async () => {
    expect(await openLink('')).toBeNull()
    expect(await openLink('#main')).toEqual({ kind: 'refused', why: 'corrupt' })
    expect(await openLink('#9.AAAA')).toEqual({ kind: 'refused', why: 'version' })
    expect(await openLink(packed('no JSON'))).toEqual({ kind: 'refused', why: 'corrupt' })
    expect(await openLink(packed({ ...STATE, lesson: 'x'.repeat(50_000_000) }))).toEqual({ kind: 'refused', why: 'too-large' })
  })

  it.each([
    null, [], 'text', { ...STATE, room: 'attic' }, { ...STATE, position: -1 }, { ...STATE, position: '7' }, { ...STATE, form: {} }, { ...STATE, form: { ...STATE.form, to: 5 } }, { ...STATE, a: { files: 'x', state: 0 } },
    { ...STATE, a: { files: [{ name: 'x' }], state: 0 } }, { ...STATE, a: { files: Array.from({ length: 51 }, () => ({ name: 'x', text: '' })), state: 0 } }, { ...STATE, detail: 'most' }, { ...STATE, lesson: 'x'.repeat(100) },
  ])('of another shape is refused: %j', async (value) => {
    expect(await openLink(packed(value))).toEqual({ kind: 'refused', why: 'corrupt' })
  })

  it('has nothing in it that nobody asked for', async () => {
    const opened = await openLink(packed({ ...STATE, extra: 1, form: { ...STATE.form, __proto__: { harmed: true }, more: 'x' } }))
    expect(opened).toEqual({ kind: 'state', state: STATE })
  })
})

describe('the command', () => {
  it.each<[string, Partial<LinkState>]>([
    ['chainwalk trace nat.txt --from 10.20.0.78 --to 10.20.0.77:18080', {}],
    ['chainwalk trace nat.txt --to 203.0.113.9:53 --uid 1000 --proto udp --pod-ip 10.20.0.77 --pod-ip fd00::1', { form: { ...EMPTY_FORM, proto: 'udp', to: '203.0.113.9:53', uid: ' 1000', podIp: '10.20.0.77, fd00::1' } }],
    ['chainwalk trace \'my dump; rm -rf.txt\' ./--help --from 10.20.0.78 --to 10.20.0.77:18080 --state 2', { a: { files: [{ name: 'my dump; rm -rf.txt', text: '' }, { name: '--help', text: '' }], state: 1 } }],
    ["chainwalk trace 'it'\\''s' --from 10.20.0.78 --to 10.20.0.77:18080", { a: { files: [{ name: 'it\'s', text: '' }], state: 0 } }],
    ['chainwalk diff nat.txt after.txt', { room: 'compare' }],
  ])('is %s', (command, state) => {
    expect(commandLine({ ...STATE, ...state })).toBe(command)
  })
})

it('markdown: no trace ends its own fence', () => {
  expect(markdownOf('*a* · <b>', 'x\n````\ny', 'chainwalk')).toBe('**\\*a\\* · \\<b\\>**\n\n`````text\nx\n````\ny\n`````\n\n`````console\n$ chainwalk\n`````\n')
})
