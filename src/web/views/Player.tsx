import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Detail } from '../core.ts'
import type { Word } from '../language/en.ts'
import { t } from '../language/language.ts'
import type { SideStore } from '../state/sideStore.ts'

const DETAILS: readonly (readonly [Detail, Word])[] = [['minimal', 'detailMinimal'], ['text', 'detailText'], ['full', 'detailFull']]

const ICONS = {
  first: 'M2 2h2v12H2zM14 2v12L5 8z', back: 'M13 3v10L7 8zM4 3h2v10H4z', play: 'M4 2v12l9-6z', pause: 'M3 2h3.5v12H3zM9.5 2H13v12H9.5z', forward: 'M3 3v10l6-5zM10 3h2v10h-2z', last: 'M12 2h2v12h-2zM2 2v12l9-6z',
} as const

/** Milliseconds a step stays while it plays. */
const PACE = 450

/** Steps forwards and backwards, plays, and goes to any place. */
export function Player({ store }: { readonly store: SideStore }) {
  const playing = useSignal(false)
  const count = store.shown.value?.frames ?? 0
  const here = store.position.value
  useEffect(() => {
    if (!playing.value) return undefined
    if (here >= count) { playing.value = false; return undefined }
    const timer = setTimeout(() => { store.moveTo(here + 1) }, PACE)
    return () => { clearTimeout(timer) }
  }, [playing.value, here, count, store, playing])
  const toggle = (): void => {
    if (!playing.value && here >= count) store.moveTo(0)
    playing.value = !playing.value
  }
  return (
    <div class="player">
      <div class="buttons">
        <Step word="first" icon="first" disabled={here === 0} go={() => { store.moveTo(0) }} />
        <Step word="back" icon="back" disabled={here === 0} go={() => { store.moveTo(here - 1) }} />
        <Step word={playing.value ? 'pause' : 'play'} icon={playing.value ? 'pause' : 'play'} disabled={count === 0} go={toggle} />
        <Step word="forward" icon="forward" disabled={here >= count} go={() => { store.moveTo(here + 1) }} />
        <Step word="last" icon="last" disabled={here >= count} go={() => { store.moveTo(count) }} />
      </div>
      <input type="range" class="scrub" min={0} max={count} value={here} aria-label={t('scrub')} aria-valuetext={t('position', { n: here, all: count })} onInput={({ currentTarget }) => { store.moveTo(Number(currentTarget.value)) }} />
      <span class="muted small count" data-position={here} data-count={count}>{here}/{count}</span>
      <select aria-label={t('detail')} value={store.detail.value} onChange={({ currentTarget }) => { changeDetail(store, currentTarget.value) }}>
        {DETAILS.map(([detail, word]) => <option key={detail} value={detail}>{t(word)}</option>)}
      </select>
    </div>
  )
}

function changeDetail(store: SideStore, value: string): void {
  store.detail.value = DETAILS.find(([detail]) => detail === value)?.[0] ?? 'text'
  void store.rewalk()
}

interface StepButtonProps {
  readonly word: Word
  readonly icon: keyof typeof ICONS
  readonly disabled: boolean
  readonly go: () => void
}

function Step({ word, icon, disabled, go }: StepButtonProps) {
  return <button type="button" aria-label={t(word)} title={t(word)} disabled={disabled} onClick={go}><svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d={ICONS[icon]} fill="currentColor" /></svg></button>
}
