import { t } from '../language/language.ts'
import { MOST_TYPED } from '../state/give.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { GivenText } from '../worker/protocol.ts'
import { printable } from '../core.ts'
import { shownSize } from './shownSize.ts'

const sizeOf = ({ content }: GivenText): number => (typeof content === 'string' ? content.length : content.size)

/** Texts that are read but not shown in the field. */
export function Attachments({ store }: { readonly store: SideStore }) {
  const attached = store.attached.value
  if (attached.length === 0) return null
  const rules = store.busy.value ? null : (store.read.value?.rules ?? null)
  return (
    <ul class="attachments">
      {attached.map((given) => (
        <li key={given.name}>
          <span class="name">{printable(given.name)}</span>{' '}
          <span class="muted">{rules === null ? t('attachedReading', { size: shownSize(sizeOf(given)) }) : attached.length > 1 ? shownSize(sizeOf(given)) : t('attachedSize', { size: shownSize(sizeOf(given)), rules: rules.toLocaleString('en') })}</span>
          <button type="button" class="quiet" aria-label={t('remove', { name: printable(given.name) })} onClick={() => { void store.give(store.typed.value, attached.filter((each) => each !== given)) }}>×</button>
          {sizeOf(given) > MOST_TYPED && <p class="muted small">{t('tooLong')}</p>}
        </li>
      ))}
    </ul>
  )
}
