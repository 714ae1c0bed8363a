import { EXAMPLES } from '../examples/examples.ts'
import { t } from '../language/language.ts'

const GROUPS = ['exampleDumps', 'exampleModes', 'exampleTickets'] as const

/** A menu of things to begin with. */
export function ExampleChoice({ choose }: { readonly choose: (id: string) => void }) {
  return (
    <select aria-label={t('chooseExample')} class="examples" value="" onChange={({ currentTarget }) => { choose(currentTarget.value); currentTarget.value = '' }}>
      <option value="">{t('examples')}</option>
      {GROUPS.map((group) => (
        <optgroup key={group} label={t(group)}>
          {EXAMPLES.filter((example) => example.group === group).map(({ id, title }) => <option key={id} value={id}>{t(title)}</option>)}
        </optgroup>
      ))}
    </select>
  )
}
