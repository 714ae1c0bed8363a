import { useSignal } from '@preact/signals'
import { KNOWN_RELEASES } from '../core.ts'
import { t } from '../language/language.ts'
import { giveText } from '../state/give.ts'
import type { SideStore } from '../state/sideStore.ts'
import { MODES } from '../worker/protocol.ts'
import type { GeneratedMode } from '../worker/protocol.ts'

/** Rules made from an Istio version, a mode and arguments, as text in the field. */
export function GeneratePanel({ store }: { readonly store: SideStore }) {
  const version = useSignal('latest')
  const mode = useSignal<GeneratedMode>('REDIRECT')
  const args = useSignal("-i '*' -b '*' -d 15090,15021,15020")
  const note = useSignal('')
  const make = async (): Promise<void> => {
    const { text, notes } = await store.engine.ask({ kind: 'generate', version: version.value, mode: mode.value, args: args.value })
    note.value = text === null ? [t('generateNone'), ...notes].join(' ') : notes.join(' ')
    if (text !== null) await giveText(store, `istio-${version.value}-${mode.value.toLowerCase()}.txt`, text)
  }
  return (
    <details class="generate">
      <summary>{t('generate')}</summary>
      <form onSubmit={(event) => { event.preventDefault(); void make() }}>
        <label>{t('generateVersion')} <select value={version.value} onChange={({ currentTarget }) => { version.value = currentTarget.value }}>
          <option>latest</option>
          {KNOWN_RELEASES.toReversed().map((release) => <option key={release}>{release}</option>)}
        </select></label>
        <label>{t('generateMode')} <select value={mode.value} onChange={({ currentTarget }) => { mode.value = MODES.find((each) => each === currentTarget.value) ?? 'REDIRECT' }}>
          {MODES.map((each) => <option key={each}>{each}</option>)}
        </select></label>
        <label class="wide">{t('generateArgs')} <input type="text" class="mono" value={args.value} spellcheck={false} onInput={({ currentTarget }) => { args.value = currentTarget.value }} /></label>
        <button type="submit">{t('generateGo')}</button>
      </form>
      {note.value !== '' && <p class="muted small" role="status">{note.value}</p>}
    </details>
  )
}
