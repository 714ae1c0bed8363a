import type { Family } from '../../net/address.ts'
import type { Hook } from '../../netfilter/hook.ts'
import type { Box, PictureFlow, Point } from './picture.ts'

/** Room for the lines at the left of the hooks. */
export const RAIL = 84

interface Way {
  readonly from: Hook
  readonly to: Hook
  readonly title: string
  /** How far left of the hooks it runs. */
  readonly lane: number
}

/** How packets get from hook to hook (the picture at `Hook`). */
const WAYS: readonly Way[] = [
  { from: 'PREROUTING', to: 'INPUT', title: '', lane: 18 },
  { from: 'PREROUTING', to: 'FORWARD', title: '', lane: 36 },
  { from: 'FORWARD', to: 'POSTROUTING', title: '', lane: 36 },
  { from: 'OUTPUT', to: 'POSTROUTING', title: '', lane: 18 },
  { from: 'INPUT', to: 'OUTPUT', title: 'local process', lane: 58 },
]

/** Where lines leave a hook's band and where they arrive, from its top. */
const ARRIVES = 12

/** Lines from hook to hook, at the left of their bands; hooks the dump has nothing of are passed over. */
export function hookFlow(family: Family, bands: ReadonlyMap<Hook, Box>): readonly PictureFlow[] {
  const ways = WAYS.flatMap(({ from, to, title, lane }): PictureFlow[] => {
    const [above, below] = [bands.get(from), bands.get(to)]
    return above && below ? [{ family, title, points: bent(above, below, lane) }] : []
  })
  const [first, last] = [bands.get('PREROUTING'), bands.get('POSTROUTING')]
  return [
    ...(first ? [{ family, title: 'in', points: [{ x: first.x - RAIL + 14, y: first.y + ARRIVES }, { x: first.x, y: first.y + ARRIVES }] }] : []),
    ...ways,
    ...(last ? [{ family, title: 'out', points: [{ x: last.x, y: last.y + last.height - ARRIVES }, { x: last.x - RAIL + 14, y: last.y + last.height - ARRIVES }] }] : []),
  ]
}

const bent = (above: Box, below: Box, lane: number): readonly Point[] => {
  const [leaves, arrives] = [above.y + above.height - ARRIVES, below.y + ARRIVES]
  return [{ x: above.x, y: leaves }, { x: above.x - lane, y: leaves }, { x: below.x - lane, y: arrives }, { x: below.x, y: arrives }]
}
