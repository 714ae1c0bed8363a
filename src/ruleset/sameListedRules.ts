import type { ListingForm } from '../../grammar/parse.ts'
import type { Counters, Rule } from '../netfilter/ruleset.ts'
import { listedCount } from './listedCount.ts'

/** What a rule says, wherever it stands. */
export type RuleMeaning = Pick<Rule, 'ip' | 'matches' | 'target' | 'alternatives'>

const MOST_KEPT = 512

/** The counters and the number a form has in front. */
const LEADS: Readonly<Record<ListingForm, RegExp>> = { plain: /^\s*/, numbered: /^\s*\d+\s+/, counted: /^\s*(\d+[KMGTP]?)\s+(\d+[KMGTP]?)\s+/, countedNumbered: /^\s*\d+\s+(\d+[KMGTP]?)\s+(\d+[KMGTP]?)\s+/ }

/** Rules of which a listing has many alike: the same words are read once, and what they say is shared. */
export class SameListedRules {
  private readonly known = new Map<string, RuleMeaning>()

  find(text: string, form: ListingForm): { readonly meaning: RuleMeaning; readonly counters: Counters | null } | null {
    const lead = LEADS[form].exec(text)
    const meaning = lead ? this.known.get(`${form} ${text.slice(lead[0].length)}`) : undefined
    if (!lead || !meaning) return null
    const [, packets, bytes] = lead
    return { meaning, counters: packets === undefined || bytes === undefined ? null : { packets: listedCount(packets), bytes: listedCount(bytes) } }
  }

  keep(text: string, form: ListingForm, { ip, matches, target }: RuleMeaning): void {
    const lead = LEADS[form].exec(text)
    if (!lead) return
    if (this.known.size >= MOST_KEPT) this.known.clear()
    this.known.set(`${form} ${text.slice(lead[0].length)}`, { ip, matches, target })
  }
}
