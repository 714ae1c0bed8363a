import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import type { Word } from '../language/en.ts'
import { t } from '../language/language.ts'

interface TabsProps<Id extends string> {
  readonly tabs: readonly (readonly [id: Id, word: Word])[]
  readonly chosen: Id
  readonly choose: (id: Id) => void
  readonly label: string
  readonly children: ComponentChildren
}

/** A row of tabs and the panel of the chosen one; arrow keys move between them. */
export function Tabs<Id extends string>({ tabs, chosen, choose, label, children }: TabsProps<Id>) {
  const id = useId()
  const move = (event: KeyboardEvent): void => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = tabs[(tabs.findIndex(([each]) => each === chosen) + by + tabs.length) % tabs.length]
    if (by === 0 || !next) return
    event.preventDefault()
    choose(next[0])
    document.getElementById(`${id}-${next[0]}`)?.focus()
  }
  return (
    <>
      <div role="tablist" aria-label={label} class="tabs" onKeyDown={move}>
        {tabs.map(([each, word]) => (
          <button key={each} type="button" role="tab" id={`${id}-${each}`} aria-selected={each === chosen} aria-controls={`${id}-panel`} tabIndex={each === chosen ? 0 : -1} onClick={() => { choose(each) }}>{t(word)}</button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} class="tabpanel">{children}</div>
    </>
  )
}
