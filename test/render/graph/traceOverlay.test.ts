import { describe, expect, it } from 'vitest'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { traceOverlay } from '../../../src/render/graph/traceOverlay.ts'
import { packetPaths } from '../../../src/render/packetPaths.ts'
import type { ConnectionOptions } from '../../../src/cli/connectionOptions.ts'
import { tracedExample } from './someRules.ts'

const TPROXY = ['tproxy/mangle.txt', 'tproxy/nat.txt']
const REDIRECT = ['redirect/nat.txt']

const ASKED: readonly (readonly [string, readonly string[], ConnectionOptions])[] = [
  ['REDIRECT, from outside', REDIRECT, { from: '10.20.0.78', to: '10.20.0.77:18080' }],
  ['REDIRECT, from inside', REDIRECT, { uid: '1000', to: '151.101.65.67:443' }],
  ['TPROXY, from outside', TPROXY, { from: '10.20.0.78', to: '10.20.0.77:18080' }],
  ['a ping', REDIRECT, { from: '10.20.0.78', to: '10.20.0.77', proto: 'icmp' }],
  ['a reset out of the blue', REDIRECT, { from: '10.20.0.78', to: '10.20.0.77:18080', flags: 'RST' }],
  ['a Service of a node', ['node/rules.txt'], { from: '10.244.1.7', to: '10.96.10.10:80' }],
]

describe.each(ASKED)('the overlay of %s', (_, files, options) => {
  const { trace, state } = tracedExample(files, options)
  const events = trace.outcomes[0]?.events ?? []
  const overlay = traceOverlay(events)

  it('is what the trace matched, packet by packet', () => {
    const paths = packetPaths(events)
    expect(overlay.packets.map(({ leg, direction }) => ({ leg, direction }))).toEqual(paths.map(({ leg, direction }) => ({ leg, direction })))
    const family = trace.connection.dst.family
    expect(overlay.packets.map(({ steps }) => steps.map(({ node, rule, verdict }) => ({ node, rule, verdict })))).toEqual(paths.map(({ path }) => path.map(({ table, chain, rule, verdict }) => ({ node: `${family}/${table}/${chain}`, rule, verdict }))))
  })

  it('has every miss', () => {
    const missed = events.flatMap(({ step }) => (step.kind === 'ruleMissed' ? [`${step.place.table}/${step.place.chain} ${step.place.number}`] : []))
    expect(overlay.all.missed.map(({ node, rule }) => `${node.slice(2)} ${rule}`)).toEqual(missed)
  })

  it('lies on the picture', () => {
    const { nodes, edges } = chainPicture(state.rulesets, { keep: overlay.all.steps })
    const ids = new Set([...nodes, ...edges].map(({ id }) => id))
    expect(overlay.all.steps.flatMap(({ node, edge }) => [node, ...(edge === null ? [] : [edge])]).filter((id) => !ids.has(id))).toEqual([])
    const jumps = overlay.all.steps.filter(({ verdict }) => /^(JUMP|GOTO) /.test(verdict))
    expect(jumps.every(({ edge, node, rule }) => edges.some(({ id, from, rules }) => id === edge && from === node && rules.includes(rule ?? 0)))).toBe(true)
    expect(overlay.all.steps.filter(({ edge }) => edge !== null)).toHaveLength(jumps.length)
  })

  it('counts the steps of the packets that decide', () => {
    const orders = overlay.all.steps.flatMap(({ order }) => (order === null ? [] : [order]))
    expect(orders).toEqual(orders.map((__, i) => i + 1))
    expect(overlay.packets[0]?.decides).toBe(true)
    expect(overlay.packets.filter(({ decides }) => !decides).flatMap(({ steps }) => steps).every(({ order }) => order === null)).toBe(true)
  })

  it('is plain data', () => {
    expect(structuredClone(overlay)).toEqual(overlay)
  })
})
