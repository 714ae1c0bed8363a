import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { t } from '../language/language.ts'
import { textLine } from '../state/textLine.ts'
import type { SideStore } from '../state/sideStore.ts'
import { LINE_HEIGHT } from './lineHeight.ts'
import { useLineShown } from './useLineShown.ts'

/** The text as it was given, with the number of each line, and a mark at those of which something was noticed. */
export function NumberedText({ store, paste }: { readonly store: SideStore; readonly paste: (event: ClipboardEvent) => void }) {
  const field = useRef<HTMLTextAreaElement>(null)
  const scrolled = useSignal(0)
  const { name, text } = store.typed.value
  useLineShown(field, textLine(store))
  return (
    <div class="numbered">
      <Gutter store={store} lines={text.split('\n').length} scrolled={scrolled.value} />
      <textarea
        ref={field} aria-label={t('rules')} placeholder={t('rulesHint')} spellcheck={false} autocomplete="off" autocapitalize="off" wrap="off" value={text}
        onPaste={paste} onScroll={({ currentTarget }) => { scrolled.value = currentTarget.scrollTop }}
        onInput={({ currentTarget }) => { store.typed.value = { name, text: currentTarget.value }; void store.load() }}
      />
    </div>
  )
}

const VISIBLE = 60

function Gutter({ store, lines, scrolled }: { readonly store: SideStore; readonly lines: number; readonly scrolled: number }) {
  const first = Math.floor(scrolled / LINE_HEIGHT)
  const noted = new Map(store.read.value?.diagnostics.toReversed().map(({ line, severity }) => [line, severity]) ?? [])
  const numbers = Array.from({ length: Math.max(0, Math.min(VISIBLE, lines - first)) }, (_, i) => first + i + 1)
  return (
    <div class="gutter" aria-hidden="true">
      <div style={{ transform: `translateY(${first * LINE_HEIGHT - scrolled}px)` }}>
        {numbers.map((number) => <div key={number} class={noted.get(number)}>{number}</div>)}
      </div>
    </div>
  )
}
