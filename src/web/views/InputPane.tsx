import { useSignal } from '@preact/signals'
import type { TargetedEvent } from 'preact'
import { EXAMPLES } from '../examples/examples.ts'
import { t } from '../language/language.ts'
import { giveExample, giveFiles, giveText, MOST_TYPED } from '../state/give.ts'
import type { SideStore } from '../state/sideStore.ts'
import { Attachments } from './Attachments.tsx'
import { ExampleChoice } from './ExampleChoice.tsx'
import { GeneratePanel } from './GeneratePanel.tsx'
import { NumberedText } from './NumberedText.tsx'
import { Recognition } from './Recognition.tsx'

/** Where rules come in: pasted, typed, dropped, opened, made, or from an example; and what was recognised in them. */
export function InputPane({ store, title }: { readonly store: SideStore; readonly title: string }) {
  const dragged = useSignal(0)
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    dragged.value = 0
    const files = [...(event.dataTransfer?.files ?? [])]
    if (files.length > 0) void giveFiles(store, files)
    else void giveText(store, 'pasted.txt', event.dataTransfer?.getData('text/plain') ?? '')
  }
  return (
    <section
      class={`pane input${dragged.value > 0 ? ' dragged' : ''}`} aria-label={title}
      onDragEnter={() => { dragged.value += 1 }} onDragLeave={() => { dragged.value -= 1 }} onDragOver={(event) => { event.preventDefault() }} onDrop={drop}
    >
      <header class="bar">
        <h2>{title}</h2>
        <ExampleChoice choose={(id) => { const example = EXAMPLES.find((each) => each.id === id); if (example) void giveExample(store, example) }} />
        <OpenFiles store={store} />
        <button type="button" class="quiet" disabled={store.isEmpty} onClick={() => { void store.give({ name: 'pasted.txt', text: '' }) }}>{t('clear')}</button>
      </header>
      <Attachments store={store} />
      {(store.attached.value.length === 0 || store.typed.value.text !== '') && <NumberedText store={store} paste={(event) => { takeLong(event, store) }} />}
      <GeneratePanel store={store} />
      <Recognition store={store} />
    </section>
  )
}

/** A text too long to be edited never reaches the field: laying it out would stop the page. */
function takeLong(event: ClipboardEvent, store: SideStore): void {
  const files = [...(event.clipboardData?.files ?? [])]
  const text = event.clipboardData?.getData('text/plain') ?? ''
  if (files.length === 0 && text.length <= MOST_TYPED) return
  event.preventDefault()
  void (files.length > 0 ? giveFiles(store, files) : giveText(store, 'pasted.txt', text))
}

function OpenFiles({ store }: { readonly store: SideStore }) {
  const chosen = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    void giveFiles(store, [...(currentTarget.files ?? [])])
    currentTarget.value = ''
  }
  return (
    <label class="button quiet">
      {t('open')}
      <input type="file" multiple class="hidden" onChange={chosen} />
    </label>
  )
}
