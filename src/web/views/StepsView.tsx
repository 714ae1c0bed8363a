import { useComputed } from '@preact/signals'
import { t } from '../language/language.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { FrameView } from '../worker/protocol.ts'
import { PacketState } from './PacketState.tsx'
import { Player } from './Player.tsx'
import { VirtualList } from './VirtualList.tsx'

const ROW = 24

/** The connection's way step by step, and the packet as each step leaves it. */
export function StepsView({ store }: { readonly store: SideStore }) {
  const shown = useComputed(() => (store.position.value > 0 ? store.position.value - 1 : 0))
  const count = store.shown.value?.frames ?? 0
  const name = `step-${store.side}`
  const { version } = store.frames
  return (
    <section class="pane steps" aria-label={t('steps')}>
      <Player store={store} />
      <div class="steps-body" data-version={version.value}>
        <VirtualList
          kind="listbox" label={t('stepsList')} id={`steps-${store.side}`} count={count} rowHeight={ROW} shown={shown} active={store.position.value > 0 ? `${name}-${store.position.value}` : undefined}
          onKeyDown={(event) => { keyed(event, store) }}
          row={(i) => <Step key={i} id={`${name}-${i + 1}`} frame={store.frames.at(i)} place={i} count={count} store={store} />}
        />
        <PacketState store={store} />
      </div>
    </section>
  )
}

/** Arrow keys step, Home and End go to either end. */
function keyed(event: KeyboardEvent, store: SideStore): void {
  const count = store.shown.value?.frames ?? 0
  const here = store.position.value
  const places: Readonly<Record<string, number>> = { ArrowDown: here + 1, ArrowRight: here + 1, ArrowUp: here - 1, ArrowLeft: here - 1, Home: 0, End: count, PageDown: here + 10, PageUp: here - 10 }
  const place = places[event.key]
  if (place === undefined) return
  event.preventDefault()
  store.moveTo(place)
}

interface StepProps {
  readonly id: string
  readonly frame: FrameView | undefined
  readonly place: number
  readonly count: number
  readonly store: SideStore
}

function Step({ id, frame, place, count, store }: StepProps) {
  const here = store.position.value - 1
  const time = place === here ? 'here' : place < here ? 'past' : 'ahead'
  return (
    <div id={id} role="option" aria-selected={place === here} aria-setsize={count} aria-posinset={place + 1} class={`step ${time} ${frame?.kind ?? ''}`} style={{ height: `${ROW}px` }} onClick={() => { store.moveTo(place + 1) }}>
      {frame ? <StepText frame={frame} /> : '…'}
    </div>
  )
}

function StepText({ frame: { place, hit, text, asked, seen } }: { readonly frame: FrameView }) {
  if (!place) return <span class="text" title={text}>{text}</span>
  const where = `${place.table} ${place.chain} ${place.number}`
  return (
    <>
      <span class={`mark ${hit ?? ''}`} aria-label={t(hit === 'missed' ? 'missed' : 'matched')} role="img">{hit === 'missed' ? '×' : '✓'}</span>
      <span class="where">{where}</span>{' '}
      {hit === 'missed' ? <span class="text missed" title={t('wants', { asked: asked ?? '', seen: seen ?? '' })}>{t('wants', { asked: asked ?? '', seen: seen ?? '' })}</span> : <span class="text verdict">{text}</span>}
    </>
  )
}
