import { declaredTarget, unmodelledTarget } from '../declaredTarget.ts'
import type { ValueKind } from '../declaredTarget.ts'
import { CONTINUE } from '../effect.ts'
import { upTo, WORD } from '../valueKinds.ts'

/** libxt_set.h parse_dirs: what a direction begins with counts. */
function readMembers(text: string): string | null {
  const [name, directions = ''] = text.split(' ')
  const read = directions.split(',').map((word) => (word.startsWith('src') ? 'src' : word.startsWith('dst') ? 'dst' : null))
  return name && read.length <= 6 && !read.includes(null) ? `${name} ${read.join(',')}` : null
}

/** "f2b-sshd src": a set, and which addresses and ports of the packet it takes. */
const MEMBERS: ValueKind = { ...WORD, read: readMembers, words: 2 }

/** xt_SET: adds to a set, deletes from it, or takes the packet's mark, priority and queue from it. */
export const set = declaredTarget({
  name: 'SET',
  head: '',
  fields: [
    { flag: 'add-set', listed: 'add-set %', value: MEMBERS },
    { flag: 'exist', listed: 'exist' },
    { flag: 'timeout', listed: 'timeout %', value: upTo(0xfffffffe) },
    { flag: 'del-set', listed: 'del-set %', value: MEMBERS },
    { flag: 'map-set', listed: 'map-set %', value: MEMBERS },
    { flag: 'map-mark', listed: 'map-mark' },
    { flag: 'map-prio', listed: 'map-prio' },
    { flag: 'map-queue', listed: 'map-queue' },
  ],
  compile: (info, site) => (info['map-mark'] ? unmodelledTarget('SET', site, `SET takes the mark from the set ${info['map-set']}, whose skbinfo is not known here`) : () => CONTINUE),
})
