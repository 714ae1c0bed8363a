import type { CtEntry } from '../netfilter/ctState.ts'
import type { Skb } from '../netfilter/skb.ts'
import type { MatchContext } from './matchContext.ts'

export type ConnectionState = 'INVALID' | 'NEW' | 'RELATED' | 'ESTABLISHED' | 'UNTRACKED' | 'SNAT' | 'DNAT'

/** In the order libxt_conntrack prints them. */
export const CONNECTION_STATES: readonly ConnectionState[] = ['INVALID', 'NEW', 'RELATED', 'ESTABLISHED', 'UNTRACKED', 'SNAT', 'DNAT']

/** Reads "NEW,ESTABLISHED"; null when a word is no state. */
export function readStates(text: string): ConnectionState[] | null {
  const names = text.split(',')
  const states = CONNECTION_STATES.filter((state) => names.some((name) => name.toUpperCase() === state))
  return states.length === new Set(names).size && states.length > 0 ? states : null
}

/** xt_conntrack.c conntrack_mt: the state bits a packet carries; SNAT and DNAT come on top. */
export function stateOf(skb: Skb, ct: CtEntry | null): ConnectionState[] {
  if (!skb.ct) return [templateState(skb)]
  if (skb.ct.kind === 'invalid') return ['INVALID']
  if (skb.ct.kind === 'untracked') return ['UNTRACKED']
  const states: ConnectionState[] = [skb.ct.info]
  if (ct?.srcNat) states.push('SNAT')
  if (ct?.dstNat) states.push('DNAT')
  return states
}

/** Before conntrack looks, what `-j CT` left counts: a template is an entry in state NEW, --notrack is UNTRACKED (xt_CT.c xt_ct_target). */
const templateState = ({ ctTemplate }: Skb): ConnectionState => (ctTemplate === null ? 'INVALID' : ctTemplate.notrack ? 'UNTRACKED' : 'NEW')

/** Whether a packet is in one of these states, without allocating. */
export function stateTest(states: readonly ConnectionState[]): (skb: Skb, context: MatchContext) => boolean {
  const wanted = new Set(states)
  return (skb, context) => {
    if (!skb.ct) return wanted.has(templateState(skb))
    if (skb.ct.kind === 'invalid') return wanted.has('INVALID')
    if (skb.ct.kind === 'untracked') return wanted.has('UNTRACKED')
    if (wanted.has(skb.ct.info)) return true
    const ct = context.ct(skb)
    return ct !== null && ((ct.srcNat && wanted.has('SNAT')) || (ct.dstNat && wanted.has('DNAT')))
  }
}
