import { EXAMPLES } from '../examples/examples.ts'
import { t } from '../language/language.ts'
import { giveExample } from '../state/give.ts'
import type { SideStore } from '../state/sideStore.ts'

const GROUPS = ['exampleDumps', 'exampleModes', 'exampleTickets'] as const

/** What an empty page offers. */
export function Beginning({ store }: { readonly store: SideStore }) {
  return (
    <section class="beginning" aria-label={t('start')}>
      {GROUPS.map((group) => (
        <div key={group}>
          <h3>{t(group)}</h3>
          <ul>{EXAMPLES.filter((each) => each.group === group).map((each) => <li key={each.id}><button type="button" class="link" onClick={() => { void giveExample(store, each) }}>{t(each.title)}</button></li>)}</ul>
        </div>
      ))}
    </section>
  )
}
