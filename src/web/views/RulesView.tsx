import { useComputed } from '@preact/signals'
import { t } from '../language/language.ts'
import { showLine } from '../state/textLine.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { Meeting, RuleRow } from '../worker/protocol.ts'
import { VirtualList } from './VirtualList.tsx'

const ROW = 24

/** Every rule in the user's own text, with the conditions that held and the one that failed; any number of rules. */
export function RulesView({ store }: { readonly store: SideStore }) {
  const shown = useComputed(() => store.current()?.place?.row ?? null)
  const count = store.read.value?.rows ?? 0
  const here = store.current()
  if (count === 0) return <p class="muted empty">{t('noRules')}</p>
  return (
    <div class="rules-view" data-version={store.rows.version.value}>
      <VirtualList
        kind="list" label={t('rulesList')} count={count} rowHeight={ROW} shown={shown}
        row={(i) => <Row key={i} row={store.rows.at(i)} isHere={here?.place?.row === i} event={here?.event ?? -1} place={i} count={count} store={store} />}
      />
    </div>
  )
}

interface RowProps {
  readonly row: RuleRow | undefined
  readonly isHere: boolean
  readonly event: number
  readonly place: number
  readonly count: number
  readonly store: SideStore
}

function Row({ row, isHere, event, place, count, store }: RowProps) {
  const style = { height: `${ROW}px` }
  const aria = { role: 'listitem', 'aria-setsize': count, 'aria-posinset': place + 1 } as const
  if (!row) return <div {...aria} class="rule" style={style}>…</div>
  if (row.kind === 'chain') return <div {...aria} class="chain-row" style={style}><span class="muted">{row.family === 6 ? 'IPv6 ' : ''}{row.table}</span> <b>{row.chain}</b> {row.policy !== null && <span class="muted">{t('chainPolicy', { policy: row.policy })}</span>}</div>
  const meeting = meetingAt(row.meetings, event)
  const hit = meeting === null ? '' : meeting.failed === null ? 'matched' : 'missed'
  return (
    <div {...aria} class={`rule ${hit} ${isHere ? 'here' : ''} ${meeting !== null && meeting.event > event ? 'ahead' : ''}`} style={style} aria-current={isHere ? 'step' : undefined}>
      <span class="number muted">{row.number}</span>
      <span class={`mark ${hit}`} role="img" aria-label={hit === '' ? t('notMet') : t(hit)}>{hit === 'matched' ? '✓' : hit === 'missed' ? '×' : '·'}</span>
      <span class="text mono" title={row.because ?? undefined}>{row.pieces.map(({ text, condition }, i) => <span key={i} class={standing(meeting, condition)}>{text}</span>)}</span>
      {row.line !== null && store.attached.value.length === 0 && <button type="button" class="link small" tabIndex={-1} onClick={() => { showLine(store, row.line ?? 1) }}>{t('atLine', { n: row.line })}</button>}
    </div>
  )
}

/** The meeting the walk has come to: the last so far, else the next. */
const meetingAt = (meetings: readonly Meeting[], event: number): Meeting | null => meetings.findLast((each) => each.event <= event) ?? meetings[0] ?? null

/** Conditions are asked for in order: those before the failed one held, those behind it were not asked. */
function standing(meeting: Meeting | null, condition: number | null): string {
  if (meeting === null || condition === null) return ''
  if (meeting.failed === null || condition < meeting.failed) return 'held'
  return condition === meeting.failed ? 'failed' : 'unasked'
}
