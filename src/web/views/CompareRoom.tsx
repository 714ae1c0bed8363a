import { useEffect } from 'preact/hooks'
import { t } from '../language/language.ts'
import { differencesStore } from '../state/differencesStore.ts'
import { giveText } from '../state/give.ts'
import { sides } from '../state/pageStore.ts'
import type { SideStore } from '../state/sideStore.ts'
import { MODES } from '../worker/protocol.ts'
import type { GeneratedMode } from '../worker/protocol.ts'
import { AnswerPane } from './AnswerPane.tsx'
import { DifferencesTable } from './DifferencesTable.tsx'
import { InputPane } from './InputPane.tsx'
import { Sentence } from './Sentence.tsx'
import { StepsView } from './StepsView.tsx'

/** Two rule sets, or two modes of the same arguments, side by side on one connection. */
export function CompareRoom() {
  const { a, b } = sides
  const [before, after] = [a.read.value, b.read.value]
  useEffect(() => { differencesStore.stop() }, [before, after])
  const both = a.shown.value && b.shown.value
  return (
    <div class="compare-room">
      <Sentence />
      {both && <p class="same" role="status">{a.shown.value?.line === b.shown.value?.line ? t('sameAnswer') : t('otherAnswer')}</p>}
      <div class="two">
        <Column store={a} title={t('before')} />
        <Column store={b} title={t('after')} />
      </div>
      <DifferencesTable ready={(before?.states.length ?? 0) > 0 && (after?.states.length ?? 0) > 0} />
    </div>
  )
}

function Column({ store, title }: { readonly store: SideStore; readonly title: string }) {
  return (
    <div class="column">
      <div class="given">
        <InputPane store={store} title={title} />
        {store.side === 'b' && <OtherMode />}
      </div>
      <AnswerPane store={store} />
      {store.shown.value ? <StepsView store={store} /> : <div />}
    </div>
  )
}

/** The rules the arguments of the other side make in another mode. */
function OtherMode() {
  const made = sides.a.read.value?.madeBy ?? null
  if (!made) return null
  const make = async (mode: GeneratedMode): Promise<void> => {
    const { text } = await sides.b.engine.ask({ kind: 'generate', version: made.version, mode, args: made.args })
    if (text !== null) await giveText(sides.b, `${mode.toLowerCase()}.txt`, text)
  }
  return (
    <p class="other-mode"><span class="muted">{t('sameArguments')}</span> {MODES.map((mode) => <button key={mode} type="button" onClick={() => { void make(mode) }}>{mode}</button>)}</p>
  )
}
