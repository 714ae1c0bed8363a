import type { Family } from '../net/address.ts'
import type { RuleMeaning } from './sameListedRules.ts'

const APPEND = '-A '
/** A chain's name nobody has to unquote. */
const PLAIN_NAME = /^[\w:.-]+$/

const MOST = 512

/** Where the words behind "-A CHAIN" begin; 0 where there are none. */
const restAt = (text: string): number => (text.startsWith(APPEND) ? text.indexOf(' ', APPEND.length) + 1 : 0)

/** Rules of which a text has many alike: the same words are read once, and what they say is shared. */
export class SameRules {
  private readonly known: Readonly<Record<Family, Map<string, RuleMeaning>>> = { 4: new Map(), 6: new Map() }

  /** The chain and the meaning of a line whose words behind the chain were read before. */
  find(text: string, family: Family): { readonly chain: string; readonly meaning: RuleMeaning } | null {
    const at = restAt(text)
    const meaning = at > 0 ? this.known[family].get(text.slice(at)) : undefined
    if (!meaning) return null
    const chain = text.slice(APPEND.length, at - 1)
    return PLAIN_NAME.test(chain) ? { chain, meaning } : null
  }

  keep(text: string, family: Family, { ip, matches, target }: RuleMeaning): void {
    const at = restAt(text)
    if (at === 0) return
    const known = this.known[family]
    if (known.size >= MOST) known.clear()
    known.set(text.slice(at), { ip, matches, target })
  }
}
