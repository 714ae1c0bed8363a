import { describe, expect, it } from 'vitest'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { mermaid } from '../../../src/render/graph/mermaid.ts'
import { traceOverlay } from '../../../src/render/graph/traceOverlay.ts'
import { kubeProxySave } from '../../bench/kubeProxySave.js'
import { rulesetsOf, tracedExample } from './someRules.ts'

const boxes = (text: string): string[] => text.split('\n').filter((line) => /^ {4}v\dc\d+\["/.test(line))
const arrows = (text: string): string[] => text.split('\n').filter((line) => /^ {2}v\dc\d+ -\.?->/.test(line))

describe('mermaid', () => {
  it('names every box it draws an arrow to', () => {
    const text = mermaid(chainPicture(rulesetsOf('*filter\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:EMPTY - [0:0]\n:LEFT - [0:0]\n-A INPUT -j EMPTY\n-A INPUT -g nowhere\n-A EMPTY -j OUTPUT\nCOMMIT\n')))
    const ids = boxes(text).map((line) => /v\dc\d+/.exec(line)?.[0])
    expect(arrows(text).flatMap((line) => line.match(/v\dc\d+/g) ?? []).filter((id) => !ids.includes(id))).toEqual([])
    expect(text).toContain('["nowhere<br/>no chain of this dump"]')
    expect(text).toContain('subgraph v4apart["IPv4: no packet reaches these chains"]\n    v4c4["LEFT"]')
  })

  it("has a trace's steps: numbered arrows, and a class for each leg", () => {
    const { trace, state } = tracedExample(['redirect/nat.txt'], { from: '10.20.0.78', to: '10.20.0.77:18080' })
    const text = mermaid(chainPicture(state.rulesets), { trace: traceOverlay(trace.outcomes[0]?.events ?? []) })
    expect(arrows(text)).toEqual(['  v4c0 -->|"1 (step 1)"| v4c4', '  v4c2 -->|"1 (step 5)"| v4c5', '  v4c4 -->|"6 (step 2)"| v4c6', '  v4c5 -->|2, 5| v4c6', '  v4c5 -->|9| v4c7'])
    expect(text).toContain('class v4c0,v4c1,v4c4,v4c6 leg0\n')
    expect(text).toContain('class v4c7 idle\n')
    expect(text.match(/linkStyle \d/g)).toEqual(['linkStyle 0', 'linkStyle 1', 'linkStyle 2'])
    expect(text).toContain('step 3: rule 1 ACCEPT')
  })

  it('folds many chains, and says so', () => {
    const text = mermaid(chainPicture(rulesetsOf(kubeProxySave(1000))))
    expect(boxes(text).length).toBeLessThan(40)
    expect(text).toMatch(/ {2}%% IPv4: \d+ of 4007 chains are folded/)
  })

  it.each(['"]; click v4c0 "javascript:alert(1)"', '<script>', '#quot;', '\u001b[31m', '%%{init: {}}%%', '`**bold**`'])('shows %j as text', (text) => {
    const rulesets = JSON.parse(JSON.stringify(rulesetsOf('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j marked\nCOMMIT\n')).replaceAll('"marked"', JSON.stringify(text)))
    const drawn = mermaid(chainPicture(rulesets), { caption: [text] })
    expect(boxes(drawn)).toHaveLength(2)
    expect(boxes(drawn)[1]).toMatch(/^ {4}v4c1\["[^"<>%{}`]*<br\/>no chain of this dump"\]$/)
    expect(drawn).not.toMatch(/%%|\p{Cc}(?<!\n)/u)
    expect(drawn.split('\n')[1]).toMatch(/^title: ".*"$/)
  })
})
