import { not } from '../../netfilter/ternary.ts'
import { declaredMatch } from '../declaredMatch.ts'
import { savedQuoted, word } from '../matchFields.ts'
import { unmodelled } from '../unmodelled.ts'

/** xt_helper.c helper_mt asks the master of an expected connection for its helper; others have no master, and then only a negated match holds. */
export const helper = declaredMatch({
  name: 'helper',
  needsConntrack: true,
  head: '',
  leads: ['helper'],
  fields: [savedQuoted({ flag: 'helper', read: word, list: ({ value, negated }) => `helper match ${negated ? '! ' : ''}"${value}"`, listed: /helper +match +(! +)?"([^"]*)"/ })],
  test: ({ helper: asked }) => {
    const doubt = unmodelled('helper', `whether ${asked?.value ?? 'a helper'} expected the connection`, null)
    const negated = asked?.negated ?? false
    return ({ ct, icmp }) => (ct?.kind !== 'entry' || ct.info !== 'RELATED' || icmp !== null ? negated : negated ? not(doubt) : doubt)
  },
})
