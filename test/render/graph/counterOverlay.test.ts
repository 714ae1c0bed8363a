import { expect, it } from 'vitest'
import { chainPicture } from '../../../src/render/graph/chainPicture.ts'
import { counterOverlay } from '../../../src/render/graph/counterOverlay.ts'
import { rulesetsOf } from './someRules.ts'

const overlayOf = (text: string) => counterOverlay(chainPicture(rulesetsOf(text)))

it('the most packets are the hottest, and none are cold', () => {
  const { heat, edges, most } = overlayOf('*filter\n:INPUT ACCEPT [3:300]\n:A - [0:0]\n[9999:1] -A INPUT -p tcp -j A\n[99:1] -A INPUT -p udp -j A\n[0:0] -A INPUT -p icmp -j DROP\n[99:1] -A A -j ACCEPT\nCOMMIT\n')
  expect(most).toBe(9999)
  const [tcp, udp, icmp, policy] = heat['4/filter/INPUT'] ?? []
  expect([tcp, udp, icmp]).toEqual([1, 0.5, 0])
  expect(policy).toBeGreaterThan(0)
  expect(edges['4/filter/INPUT jump 4/filter/A']).toBe(1)
})

it('a dump without counters has no heat', () => {
  expect(overlayOf('*filter\n:INPUT ACCEPT [3:300]\n-A INPUT -p tcp -j ACCEPT\nCOMMIT\n')).toMatchObject({ most: null, heat: { '4/filter/INPUT': [null, 0] } })
})

it('what is folded is counted together', () => {
  const rules = Array.from({ length: 40 }, () => '[10:1] -A INPUT -p tcp -j ACCEPT')
  const picture = chainPicture(rulesetsOf(`*filter\n:INPUT ACCEPT [0:0]\n${rules.join('\n')}\nCOMMIT\n`))
  expect(picture.nodes[0]?.rows.find(({ kind }) => kind === 'folded')).toMatchObject({ first: 14, last: 40, packets: 270 })
})
