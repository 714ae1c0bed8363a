import { useSignal } from '@preact/signals'
import type { Word } from '../language/en.ts'
import { t } from '../language/language.ts'

interface CopyButtonProps {
  readonly word: Word
  readonly text: () => string | Promise<string>
}

/** Copies a text; where the browser does not let it, the text is shown to be taken by hand. */
export function CopyButton({ word, text }: CopyButtonProps) {
  const outcome = useSignal<{ readonly copied: boolean; readonly text: string } | null>(null)
  const copy = async (): Promise<void> => {
    const copied = await text()
    outcome.value = { text: copied, copied: await navigator.clipboard.writeText(copied).then(() => true, () => false) }
  }
  return (
    <span class="copy">
      <button type="button" onClick={() => { void copy() }}>{t(word)}</button>
      <span role="status" class="small muted"> {outcome.value?.copied === true && t('copied')}</span>
      {outcome.value?.copied === false && <label class="by-hand">{t('copyFailed')} <textarea class="mono small" readOnly rows={4} value={outcome.value.text} /></label>}
    </span>
  )
}
