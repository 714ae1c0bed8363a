import { declaredMatch } from '../declaredMatch.ts'
import { bare, outer, word } from '../matchFields.ts'
import { unmodelled } from '../unmodelled.ts'

/** xt_physdev.c physdev_mt: a packet made here or come over loopback has passed no bridge, and then only negated options hold. */
export const physdev = declaredMatch({
  name: 'physdev',
  head: 'PHYSDEV match',
  fields: [
    bare('physdev-is-in', '--physdev-is-in'),
    outer('physdev-in', '--physdev-in', word),
    bare('physdev-is-out', '--physdev-is-out'),
    outer('physdev-out', '--physdev-out', word),
    bare('physdev-is-bridged', '--physdev-is-bridged'),
  ],
  test: (info) => {
    const unbridged = Object.values(info).every(({ negated }) => negated)
    const doubt = unmodelled('physdev', 'whether the packet passes a bridge', null)
    return (skb, context) => (context.hook === 'OUTPUT' || skb.in === 'lo' ? unbridged : doubt)
  },
})
