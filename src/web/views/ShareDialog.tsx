import { useSignal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { printable } from '../core.ts'
import { t } from '../language/language.ts'
import { commandLine } from '../share/commandLine.ts'
import { linkOf } from '../share/linkCodec.ts'
import type { LinkState } from '../share/linkState.ts'
import { markdownOf } from '../share/markdownOf.ts'
import { pageState } from '../share/pageState.ts'
import { redactedState } from '../share/redactedState.ts'
import type { RedactedState } from '../share/redactedState.ts'
import { savePng, saveSvg } from '../share/saveGraph.ts'
import { sides } from '../state/pageStore.ts'
import { CopyButton } from './CopyButton.tsx'
import { shownSize } from './shownSize.ts'

/** Longer addresses are refused by browsers. */
const MOST_LINK = 1_500_000

/** What can be taken out of the page: a link, a command, a text. */
export function ShareDialog({ open }: { readonly open: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const redacts = useSignal(false)
  const shared = useSignal<Shared | null>(null)
  useEffect(() => {
    if (!open.value) return
    dialog.current?.showModal()
    shared.value = null
    void sharedState(redacts.value).then((made) => { shared.value = made })
  }, [open, open.value, redacts.value, redacts, shared])
  return (
    <dialog ref={dialog} aria-labelledby="share-title" onClose={() => { open.value = false }}>
      <header class="bar"><h2 id="share-title">{t('share')}</h2><button type="button" class="quiet" onClick={() => { dialog.current?.close() }}>{t('close')}</button></header>
      <label class="check"><input type="checkbox" checked={redacts.value} onChange={({ currentTarget }) => { redacts.value = currentTarget.checked }} /> {t('redactLink')}</label>
      {shared.value ? <SharedParts shared={shared.value} /> : <p class="muted">…</p>}
    </dialog>
  )
}

interface Shared {
  readonly link: string
  readonly state: LinkState
  readonly redacted: RedactedState | null
}

async function sharedState(redacts: boolean): Promise<Shared> {
  const state = await pageState()
  const redacted = redacts ? await redactedState(state) : null
  const told = redacted?.state ?? state
  return { link: `${location.href.split('#')[0] ?? ''}${await linkOf(told)}`, state: told, redacted }
}

function SharedParts({ shared: { link, state, redacted } }: { readonly shared: Shared }) {
  const command = commandLine(state)
  const size = shownSize(link.length)
  const markdown = async (): Promise<string> => markdownOf(sides.a.shown.value?.line ?? '', (await sides.a.engine.ask({ kind: 'markdown', side: 'a', detail: sides.a.detail.value })).text, command)
  return (
    <div class="shared">
      {redacted && <p class="small">{t('redacted', { n: redacted.replaced })} {t('redactOnly')} {redacted.unsure.length > 0 && t('redactUnsure', { flags: redacted.unsure.join(' ') })}</p>}
      {link.length > MOST_LINK ? <p class="bad">{t('linkTooLong', { size })}</p> : (
        <>
          <label class="link-field">{t('link')} <input type="text" class="mono" readOnly value={link} onFocus={({ currentTarget }) => { currentTarget.select() }} /></label>
          <p class="muted small">{t('linkSize', { size })}</p>
          <CopyButton word="copyLink" text={() => link} />
        </>
      )}
      <div>
        <p class="mono small command">{command}</p>
        <p class="muted small">{t('commandNote', { file: state.a.files.map(({ name }) => printable(name)).join(', ') })}</p>
      </div>
      <p class="buttons">
        <CopyButton word="copyCommand" text={() => command} />
        {sides.a.shown.value && !redacted && (
          <>
            <CopyButton word="copyMarkdown" text={markdown} />
            <button type="button" onClick={() => { void saveSvg() }}>{t('saveSvg')}</button>
            <button type="button" onClick={() => { void savePng() }}>{t('savePng')}</button>
          </>
        )}
      </p>
    </div>
  )
}
