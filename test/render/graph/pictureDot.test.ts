import { instance } from '@viz-js/viz'
import { beforeAll, describe, expect, it } from 'vitest'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { counterOverlay } from '../../../src/render/graph/counterOverlay.ts'
import { pictureDot } from '../../../src/render/graph/pictureDot.ts'
import { traceCaption } from '../../../src/render/graph/traceCaption.ts'
import { traceOverlay } from '../../../src/render/graph/traceOverlay.ts'
import { kubeProxySave } from '../../bench/kubeProxySave.js'
import { rulesetsOf, tracedExample } from './someRules.ts'

interface Drawn {
  readonly objects: readonly { readonly name: string; readonly label: string; readonly nodes?: readonly number[] }[]
  readonly edges: readonly { readonly tail: number; readonly head: number; readonly label: string; readonly color?: string }[]
}

/** What Graphviz itself makes of a text. */
let drawn: (dot: string) => Drawn

beforeAll(async () => {
  const graphviz = await instance()
  drawn = (dot) => JSON.parse(graphviz.renderString(dot, { format: 'dot_json' }))
})

describe('dot', () => {
  it('is read by Graphviz, with a box a chain and an arrow a jump', () => {
    const picture = chainPicture(rulesetsOf(kubeProxySave(1000)))
    const { objects, edges } = drawn(pictureDot(picture, { counters: counterOverlay(picture) }))
    expect(objects.filter(({ name }) => /^n\d+$/.test(name))).toHaveLength(picture.nodes.length)
    expect(edges).toHaveLength(picture.edges.length)
  })

  it("has a trace's steps in its labels", () => {
    const { trace, state } = tracedExample(['redirect/nat.txt'], { from: '10.20.0.78', to: '10.20.0.77:18080' })
    const { objects, edges } = drawn(pictureDot(chainPicture(state.rulesets), { trace: traceOverlay(trace.outcomes[0]?.events ?? []), caption: traceCaption(trace) }))
    expect(objects.map(({ label }) => label).find((label) => label.includes('nat ISTIO_INBOUND'))).toMatch(/x 5 -p tcp --dport 15020 => RETURN \[0\]\\l2> 6 -p tcp => ISTIO_IN_REDIRECT/)
    expect(edges.map(({ label }) => label)).toEqual(['1 (step 1)', '1 (step 5)', '6 (step 2)', '2, 5', '9'])
  })

  it.each(['"]; evil [label="', '\\N \\G', '&lt;script&gt;', '<script>', '\u001b[31m', '"\\', '-> x'])('shows %j as text', (text) => {
    const rulesets = JSON.parse(JSON.stringify(rulesetsOf('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j marked\nCOMMIT\n')).replaceAll('"marked"', JSON.stringify(text)))
    const dot = pictureDot(chainPicture(rulesets), { caption: [text] })
    const { objects, edges } = drawn(dot)
    expect(objects.filter(({ name }) => !name.startsWith('cluster'))).toHaveLength(2)
    expect(edges).toHaveLength(1)
    expect(dot).not.toContain('\u001b')
  })
})
