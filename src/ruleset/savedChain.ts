import type { Chain, Counters } from '../netfilter/ruleset.ts'

/** A chain as iptables-save declares it. */
export interface SavedChain {
  readonly name: string
  readonly policy: Chain['policy']
  readonly counters: Counters
}

const NAME = /^[\w.:-]+$/
const DECLARED = /^:([\w.:-]+) (-|ACCEPT|DROP) \[(\d{1,15}):(\d{1,15})\]$/

/** How nearly all chains of large dumps end: they have no policy, and so no counters. */
const USER_DEFINED = ' - [0:0]'
const NEVER: Counters = { packets: 0, bytes: 0 }

/** Reads ":ISTIO_OUTPUT - [0:0]"; null for any other line, and for names and counters that need a closer look. */
export function savedChain(text: string): SavedChain | null {
  if (text.charCodeAt(0) !== COLON) return null
  const bare = text.endsWith(USER_DEFINED) ? text.slice(1, -USER_DEFINED.length) : ''
  if (NAME.test(bare)) return { name: bare, policy: null, counters: NEVER }
  const [, name, policy, packets, bytes] = DECLARED.exec(text) ?? []
  if (name === undefined) return null
  return { name, policy: policy === 'ACCEPT' || policy === 'DROP' ? policy : null, counters: { packets: Number(packets), bytes: Number(bytes) } }
}

const COLON = 0x3a
