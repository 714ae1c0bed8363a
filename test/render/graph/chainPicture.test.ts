import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { istioRules } from '../../../src/istio/rules.ts'
import { HOOKS } from '../../../src/netfilter/hook.ts'
import { STEPS } from '../../../src/netfilter/priority.ts'
import type { Ruleset } from '../../../src/netfilter/ruleset.ts'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { COLUMN } from '../../../src/render/graph/measuredBox.ts'
import type { Box, ChainPicture, PictureEdge, PictureNode, PictureRow } from '../../../src/render/graph/picture.ts'
import { columnsOf } from '../../../src/render/graph/shortText.ts'
import { roundedCount } from '../../../src/ruleset/roundedCount.ts'
import { istioArguments } from '../../../src/testing/arbitraries.ts'
import { kubeProxySave } from '../../bench/kubeProxySave.js'
import { rulesetsOf, ruleSets, tracedIn } from './someRules.ts'
import { traceOverlay } from '../../../src/render/graph/traceOverlay.ts'

const overlap = (one: Box, other: Box): boolean => one.x < other.x + other.width && other.x < one.x + one.width && one.y < other.y + other.height && other.y < one.y + one.height

const inside = (inner: Box, outer: Box): boolean => inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.width <= outer.x + outer.width && inner.y + inner.height <= outer.y + outer.height

const pairs = <T>(all: readonly T[]): [T, T][] => all.flatMap((one, i) => all.slice(i + 1).map((other): [T, T] => [one, other]))

const wide = (text: string): number => columnsOf(text) * COLUMN

/** Where the words of a row end, if they run into what stands right of them. */
function overflow({ columns, x, width }: PictureNode, { kind, first, asks, target, packets }: PictureRow): string[] {
  const count = columns.packets === null ? x + width : columns.packets - wide(packets === null ? '' : roundedCount(packets))
  const ends = [
    [columns.number - wide(first === null ? '' : `${first}`), x, 'number'], [columns.asks, columns.number, 'asks'],
    [kind === 'rule' || kind === 'policy' ? columns.target : count, columns.asks + wide(asks), 'target'], [count, columns.target + wide(target), 'count'],
  ] as const
  return ends.filter(([begins, before]) => begins < before - 0.01).map(([, , what]) => what)
}

const passes = (edge: PictureEdge, { x, y, width, height }: Box): boolean =>
  edge.points.some((point, i) => {
    const next = edge.points[i + 1]
    return next !== undefined && next.y === point.y && point.y > y && point.y < y + height && point.x < x + width && next.x > x
  })

function lawsHold(picture: ChainPicture): void {
  const { nodes, edges, clusters, flows, width, height } = picture
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const page = { x: 0, y: 0, width, height }
  expect(nodes.length).toBe(byId.size)
  expect(pairs(nodes).filter(([one, other]) => overlap(one, other)).map((each) => each.map(({ id }) => id))).toEqual([])
  expect(pairs(clusters.filter(({ kind }) => kind !== 'family')).filter(([one, other]) => overlap(one, other))).toEqual([])
  expect([...nodes, ...clusters].filter((box) => !inside(box, page))).toEqual([])
  expect([...edges, ...flows].flatMap(({ points }) => points).filter(({ x, y }) => x < 0 || y < 0 || x > width || y > height)).toEqual([])
  expect(nodes.flatMap((node) => node.rows.flatMap((row) => [...overflow(node, row).map((what) => `${node.id} ${row.asks}: ${what}`), ...(row.y > node.y && row.y < node.y + node.height ? [] : [node.id])]))).toEqual([])
  for (const edge of edges) {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    const ends = [edge.points[0], ...edge.starts, edge.points.at(-1)].map((point) => point ?? { x: NaN, y: NaN })
    const last = ends.pop()
    expect(ends.every(({ x, y }) => from && x === from.x + from.width && y > from.y && y < from.y + from.height), edge.id).toBe(true)
    expect(to && last?.x === to.x && last.y > to.y && last.y < to.y + to.height, edge.id).toBe(true)
    expect(nodes.filter((node) => node !== from && passes(edge, node)).map(({ id }) => `${edge.id} runs over ${id}`)).toEqual([])
  }
}

function hooksInOrder({ nodes, clusters }: ChainPicture): void {
  for (const family of [4, 6]) {
    const bands = clusters.filter((cluster) => cluster.kind === 'hook' && cluster.family === family).sort((one, other) => one.y - other.y)
    expect(bands.map(({ hook }) => hook)).toEqual(HOOKS.filter((hook) => bands.some((band) => band.hook === hook)))
    for (const band of bands) {
      const own = nodes.filter((node) => node.family === family && node.hook === band.hook).sort((one, other) => one.y - other.y)
      expect(own.map(({ table }) => table)).toEqual(STEPS.nft[band.hook ?? 'INPUT'].filter((step) => own.some(({ table }) => table === step)))
      expect(own.every((node) => inside(node, band))).toBe(true)
    }
  }
}

const pictured = (text: string): ChainPicture => chainPicture(rulesetsOf(text))

const nodeOf = ({ nodes }: ChainPicture, id: string): PictureNode => {
  const node = nodes.find((each) => each.id === id)
  if (!node) throw new Error(`no box of ${id}`)
  return node
}

describe('the picture of a chain graph', () => {
  it('keeps its laws for any rules', () => {
    fc.assert(fc.property(ruleSets(), (rulesets) => {
      const picture = chainPicture(rulesets)
      lawsHold(picture)
      hooksInOrder(picture)
    }), { numRuns: 40 })
  })

  it('keeps them for what istio-iptables makes', () => {
    fc.assert(fc.property(istioArguments(), (args) => {
      const { value } = istioRules({ version: '1.22.0', family: 4, args: [...args], env: {} })
      const picture = chainPicture(value ? [value.ruleset] : [])
      lawsHold(picture)
      hooksInOrder(picture)
      expect(picture.notes).toEqual([])
    }), { numRuns: 20 })
  })

  it('is plain data', () => {
    fc.assert(fc.property(ruleSets(), (rulesets) => {
      const picture = chainPicture(rulesets)
      expect(structuredClone(picture)).toEqual(picture)
      expect(JSON.parse(JSON.stringify(picture))).toEqual(picture)
      expect(chainPicture(rulesets)).toEqual(picture)
    }), { numRuns: 10 })
  })

  it('draws every chain, every rule and every jump of few', () => {
    const own = (rulesets: readonly Ruleset[]) => rulesets.flatMap(({ family, tables }) => tables.flatMap(({ name, chains }) => chains.map((chain) => ({ id: `${family}/${name}/${chain.name}`, chain }))))
    fc.assert(fc.property(ruleSets(), (rulesets) => {
      const { nodes, edges, notes } = chainPicture(rulesets)
      fc.pre(notes.length === 0)
      const drawn = new Map(nodes.map((node) => [node.id, node]))
      for (const { id, chain } of own(rulesets)) {
        const rows = (drawn.get(id)?.rows ?? []).filter(({ kind }) => kind === 'rule' || kind === 'folded')
        expect(rows.flatMap(({ first, last }) => Array.from({ length: (last ?? 0) - (first ?? 0) + 1 }, (_, i) => (first ?? 0) + i))).toEqual(chain.rules.map((_, i) => i + 1))
        const reached = drawn.get(id)?.reached
        const jumps = chain.rules.flatMap(({ target }, i) => (target && 'chain' in target ? [i + 1] : []))
        const led = edges.filter(({ from }) => from === id).flatMap(({ rules }) => rules).sort((one, other) => one - other)
        // What no packet reaches stands apart; a jump from there to the others is named in its row only.
        expect(reached ? led : led.filter((rule) => !jumps.includes(rule))).toEqual(reached ? jumps : [])
      }
    }), { numRuns: 20 })
  })

  it('has user chains right of what jumps to them', () => {
    const picture = pictured('*nat\n:PREROUTING ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n:C - [0:0]\n-A PREROUTING -j A\n-A PREROUTING -j C\n-A A -j B\n-A B -g C\nCOMMIT\n')
    const lefts = ['PREROUTING', 'A', 'B', 'C'].map((chain) => nodeOf(picture, `4/nat/${chain}`))
    expect(lefts.every((node, i) => i === 0 || node.x > (lefts[i - 1]?.x ?? 0) + (lefts[i - 1]?.width ?? 0))).toBe(true)
    expect(picture.edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`)).toContain('4/nat/B goto 4/nat/C')
  })

  it('shows apart what no packet reaches', () => {
    const picture = pictured('*filter\n:INPUT ACCEPT [0:0]\n:USED - [0:0]\n:LEFT - [0:0]\n:BEHIND - [0:0]\n-A INPUT -j USED\n-A LEFT -j BEHIND\n-A LEFT -j USED\nCOMMIT\n')
    expect(picture.nodes.filter(({ reached }) => !reached).map(({ chain }) => chain)).toEqual(['LEFT', 'BEHIND'])
    const [apart] = picture.clusters.filter(({ kind }) => kind === 'apart')
    expect(apart?.title).toContain('No packet reaches these chains')
    expect(picture.nodes.every((node) => node.reached !== inside(node, apart ?? { x: 0, y: 0, width: 0, height: 0 }))).toBe(true)
  })

  it('says that a name is no chain of the dump', () => {
    const picture = pictured('*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j nowhere\nCOMMIT\n')
    expect(nodeOf(picture, '4/filter/nowhere')).toMatchObject({ kind: 'absent', rows: [{ kind: 'note', asks: 'no chain of this dump' }] })
  })

  it('draws chains that loop', () => {
    const picture = pictured('*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n:B - [0:0]\n-A INPUT -j A\n-A A -j B\n-A B -j A\n-A B -j B\nCOMMIT\n')
    lawsHold(picture)
    expect(picture.edges).toHaveLength(4)
  })

  it('puts a name that only another table hooks among the user chains', () => {
    expect(nodeOf(pictured('*filter\n:INPUT ACCEPT [0:0]\n:PREROUTING - [0:0]\nCOMMIT\n'), '4/filter/PREROUTING')).toMatchObject({ hook: null, reached: false })
  })

  it('has the counters of the dump, and none where it has none', () => {
    const rows = (text: string) => nodeOf(pictured(text), '4/filter/INPUT').rows.map(({ packets }) => packets)
    expect(rows('*filter\n:INPUT ACCEPT [5:50]\n[3:30] -A INPUT -p tcp -j ACCEPT\nCOMMIT\n')).toEqual([3, 5])
    expect(rows('*filter\n:INPUT ACCEPT [5:50]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n')).toEqual([null, 5])
  })

  it('is empty where there are no rules', () => {
    expect(chainPicture([])).toMatchObject({ nodes: [], edges: [], notes: [] })
  })
})

describe('the picture of many chains', () => {
  const text = kubeProxySave(1000)
  const rulesets = rulesetsOf(text)

  it('folds them, and says so', () => {
    const picture = chainPicture(rulesets)
    lawsHold(picture)
    expect(picture.nodes.length).toBeLessThan(40)
    expect(picture.notes).toEqual([expect.stringMatching(/^IPv4: \d+ of 4007 chains are folded/)])
    const folded = Number(/(\d+) of/.exec(picture.notes[0] ?? '')?.[1])
    expect(picture.nodes.filter(({ kind }) => kind === 'chain').length + folded).toBe(4007)
    expect(nodeOf(picture, '4/nat/KUBE-SERVICES/folded').title).toBe('996 chains folded')
    expect(nodeOf(picture, '4/nat/KUBE-SERVICES').rows.map(({ asks }) => asks)).toContainEqual('rules 5-1000 are not drawn')
  })

  it("draws a trace's way", () => {
    const { trace, state } = tracedIn([{ name: 'node', text }], { from: '10.128.5.5', to: '10.96.1.44:80' })
    const { all } = traceOverlay(trace.outcomes[0]?.events ?? [])
    const picture = chainPicture(state.rulesets, { keep: all.steps })
    lawsHold(picture)
    const drawn = new Map(picture.nodes.map((node) => [node.id, node.rows]))
    for (const { node, rule } of all.steps) expect(rule === null || drawn.get(node)?.some(({ first, last }) => first === rule && last === rule), `${node} ${rule}`).toBe(true)
    expect(all.steps.map(({ node, rule }) => `${node} ${rule}`)).toContain('4/nat/KUBE-SERVICES 301')
  })

  it('draws a few of many that stand alone, and of a chain of chains', () => {
    const names = Array.from({ length: 3000 }, (_, i) => `CHAIN-${i}`)
    const declared = names.map((name) => `:${name} - [0:0]`).join('\n')
    const alone = pictured(`*filter\n:INPUT ACCEPT [0:0]\n${declared}\nCOMMIT\n`)
    expect(alone.nodes.length).toBeLessThan(40)
    expect(alone.clusters.find(({ kind }) => kind === 'apart')?.title).toContain('of 3000 are drawn')
    const long = pictured(`*filter\n:INPUT ACCEPT [0:0]\n${declared}\n-A INPUT -j CHAIN-0\n${names.slice(1).map((name, i) => `-A CHAIN-${i} -j ${name}`).join('\n')}\nCOMMIT\n`)
    lawsHold(long)
    expect(long.nodes.length).toBeLessThan(40)
  })
})
