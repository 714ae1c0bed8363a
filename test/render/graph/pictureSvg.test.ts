import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { describe, expect, it } from 'vitest'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { counterOverlay } from '../../../src/render/graph/counterOverlay.ts'
import { pictureSvg } from '../../../src/render/graph/pictureSvg.ts'
import { traceCaption } from '../../../src/render/graph/traceCaption.ts'
import { traceOverlay } from '../../../src/render/graph/traceOverlay.ts'
import { printable } from '../../../src/render/printable.ts'
import { rulesetsOf, ruleSets, tracedExample } from './someRules.ts'

interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  text: string
}

/** Every element of a text that is well-formed XML; throws where it is not. */
function elementsOf(svg: string): Element[] {
  const all: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => { throw error })
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: { ...attributes }, text: '' }
    all.push(element)
    open.push(element)
  })
  parser.on('text', (text) => { for (const element of open) element.text += text })
  parser.on('closetag', () => { open.pop() })
  parser.write(svg).close()
  return all
}

const classesOf = ({ attributes }: Element): readonly string[] => (attributes['class'] ?? '').split(' ')

const REDIRECT = ['redirect/nat.txt']
const FROM_OUTSIDE = { from: '10.20.0.78', to: '10.20.0.77:18080' }

function tracedSvg(): { readonly svg: string; readonly elements: readonly Element[] } {
  const { trace, state } = tracedExample(REDIRECT, FROM_OUTSIDE)
  const overlay = traceOverlay(trace.outcomes[0]?.events ?? [])
  const svg = pictureSvg(chainPicture(state.rulesets), { trace: overlay, caption: traceCaption(trace) })
  return { svg, elements: elementsOf(svg) }
}

const HOSTILE = ['<script>alert(1)</script>', ']]>', '</style></svg>', 'javascript:alert(1)', '&lt;b&gt;', '" onload="alert(1)', "' onload='x", '\u001b[31mred\u0007', '\u202etxt.exe', '\ud800', '\ufffe', '<!--', '<!ENTITY x SYSTEM "file:///etc/passwd">']

const ELEMENTS = new Set(['svg', 'title', 'desc', 'style', 'rect', 'path', 'text', 'g', 'circle'])

function isHarmless(svg: string): void {
  for (const { name, attributes } of elementsOf(svg)) {
    expect(ELEMENTS).toContain(name)
    expect(Object.keys(attributes).filter((key) => /^on|href|src/i.test(key))).toEqual([])
  }
  expect(svg).not.toMatch(/url\(|@import|<!|<\?|\bhref/)
  // eslint-disable-next-line no-control-regex
  expect(svg).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
}

describe('the SVG of a picture', () => {
  it('is well-formed and harmless for any rules', () => {
    fc.assert(fc.property(ruleSets(), (rulesets) => {
      const picture = chainPicture(rulesets)
      isHarmless(pictureSvg(picture, { counters: counterOverlay(picture) }))
    }), { numRuns: 15 })
  })

  it.each(HOSTILE)('shows %j as text', (text) => {
    const [ruleset] = rulesetsOf('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "mark" -j marked\nCOMMIT\n')
    const given = JSON.parse(JSON.stringify([ruleset]).replaceAll('"mark"', JSON.stringify(text)).replaceAll('"marked"', JSON.stringify(text)))
    const picture = chainPicture(given)
    const svg = pictureSvg(picture, { caption: [text, text] })
    isHarmless(svg)
    const shown = elementsOf(svg).filter(({ name }) => name === 'text').map((each) => each.text)
    // Twice above the picture, in the row's target, and as the name of a box; what XML cannot hold is spelled out.
    const spelled = printable(text).replace(/[\ud800-\udfff\ufffe]/gu, (character) => `\\u${character.charCodeAt(0).toString(16)}`)
    const cut = spelled.slice(0, 40)
    expect(shown.filter((each) => each.startsWith(cut)).length).toBe(4)
  })

  it('says what it is to those who cannot see it', () => {
    const { elements } = tracedSvg()
    expect(elements[0]?.attributes['role']).toBe('img')
    expect(elements.find(({ name }) => name === 'title')?.text).toBe('Chain graph, IPv4: 15006 Envoy inbound · original destination 10.20.0.77:18080 · app sees 127.0.0.6 · reply returns')
    expect(elements.find(({ name }) => name === 'desc')?.text).toBe("8 chains. The packets' way: 1. nat PREROUTING rule 1, JUMP ISTIO_INBOUND; 2. nat ISTIO_INBOUND rule 6, JUMP ISTIO_IN_REDIRECT; 3. nat ISTIO_IN_REDIRECT rule 1, ACCEPT; 4. nat INPUT policy, ACCEPT; 5. nat OUTPUT rule 1, JUMP ISTIO_OUTPUT; 6. nat ISTIO_OUTPUT rule 1, RETURN; 7. nat OUTPUT policy, ACCEPT; 8. nat POSTROUTING policy, ACCEPT.")
  })

  it('lights the rules that matched, in order, and dims those that did not', () => {
    const { elements } = tracedSvg()
    const lit = elements.filter((element) => classesOf(element).includes('lit') && classesOf(element).includes('row')).map(({ text }) => text)
    expect(lit).toHaveLength(8)
    expect(lit.filter((text) => text.includes('REDIRECT --to-ports 15006'))).toHaveLength(1)
    expect(elements.filter((element) => classesOf(element).includes('missed')).map(({ text }) => /--dport (\d+)/.exec(text)?.[1])).toEqual(['15008', '22', '15090', '15021', '15020'])
    expect(elements.filter((element) => classesOf(element).includes('order')).map(({ text }) => Number(text)).sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(elements.filter((element) => classesOf(element).includes('lit') && classesOf(element).includes('edge'))).toHaveLength(3)
  })

  it('has one packet alone where it is asked to', () => {
    const { trace, state } = tracedExample(REDIRECT, FROM_OUTSIDE)
    const overlay = traceOverlay(trace.outcomes[0]?.events ?? [])
    const elements = elementsOf(pictureSvg(chainPicture(state.rulesets), { trace: overlay, packet: 0 }))
    expect(elements.filter((element) => classesOf(element).includes('order')).map(({ text }) => text)).toEqual(['1', '4', '2', '3'])
  })

  it('warms what was counted', () => {
    const { state } = tracedExample(REDIRECT, FROM_OUTSIDE)
    const picture = chainPicture(state.rulesets)
    const heat = elementsOf(pictureSvg(picture, { counters: counterOverlay(picture) })).filter((element) => classesOf(element).includes('heat'))
    expect(heat).toHaveLength(picture.nodes.flatMap(({ rows }) => rows).filter(({ packets }) => packets !== null && packets > 0).length)
    expect(pictureSvg(chainPicture(rulesetsOf('*nat\n:INPUT ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n')), { counters: { heat: {}, edges: {}, most: null } })).toContain('the dump has no counters')
  })

  it('has the colours the reader prefers, or those asked for', () => {
    const { state } = tracedExample(REDIRECT, FROM_OUTSIDE)
    const picture = chainPicture(state.rulesets)
    expect(pictureSvg(picture)).toContain('@media (prefers-color-scheme:dark)')
    expect(pictureSvg(picture, { scheme: 'dark' })).not.toContain('@media')
    expect(pictureSvg(picture, { scheme: 'dark' })).not.toBe(pictureSvg(picture, { scheme: 'light' }))
  })
})
