import { declaredMatch } from '../declaredMatch.ts'
import { bare, cell, everything, range, upTo } from '../matchFields.ts'

const MAX = 0xffffffff

/** ip6t_frag.c frag_mt6: conntrack has put fragments together before any table sees them. */
export const frag = declaredMatch({
  name: 'frag',
  head: 'frag ',
  fields: [
    { ...cell('fragid', 'id:', range(MAX), 'ids:'), drops: everything(MAX), glued: true },
    cell('fraglen', 'length:', upTo(MAX)),
    bare('fragres', 'reserved'),
    bare('fragfirst', 'first'),
    bare('fragmore', 'more'),
    bare('fraglast', 'last'),
  ],
  test: () => () => false,
})
