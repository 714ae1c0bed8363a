import type { Negatable } from '../../netfilter/ruleset.ts'
import { readStates, stateOf, stateTest } from '../connectionState.ts'
import type { ConnectionState } from '../connectionState.ts'
import type { MatchExtension } from '../extension.ts'

type State = Negatable<readonly ConnectionState[]>

/** The old name of conntrack's --ctstate; kept as the user wrote it. */
export const state: MatchExtension<State> = {
  name: 'state',
  options: { '--state': 1 },
  needsConntrack: () => true,
  parse(options) {
    const option = options.take('--state')
    const states = option && readStates(options.word(option))
    if (option && !states) options.refuse(option.args[0] ?? option.flag, '--state takes INVALID, NEW, RELATED, ESTABLISHED, UNTRACKED')
    return { value: states ?? [], negated: option?.negated ?? false }
  },
  print: ({ value, negated }) => `${negated ? '! ' : ''}--state ${value.join(',')}`,
  parseListing(cursor) {
    const at = cursor.position
    const negated = cursor.skip('!')
    const states = cursor.skip('state') ? readStates(cursor.next() ?? '') : null
    if (states) return { value: states, negated }
    cursor.position = at
    return null
  },
  printListing: ({ value, negated }) => `${negated ? '! ' : ''}state ${value.join(',')}`,
  compile({ value, negated }) {
    const test = stateTest(value)
    return (skb, context) => test(skb, context) !== negated
  },
  seen: (skb, context) => `state ${stateOf(skb, context.ct(skb)).join(',')}`,
}
