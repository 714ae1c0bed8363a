import { t } from '../language/language.ts'
import { showLine } from '../state/textLine.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { DiagnosticView, ReadAnswer } from '../worker/protocol.ts'

/** What a text was recognised as, and what was noticed in it. */
export function Recognition({ store }: { readonly store: SideStore }) {
  const read = store.read.value
  if (store.isEmpty && !store.busy.value) return null
  return (
    <div class="recognition" aria-busy={store.busy.value}>
      <div role="status">{store.busy.value && read === null ? <p class="muted">{t('reading')}…</p> : read && <Summary read={read} />}</div>
      {read && read.states.length > 1 && <StateChoice store={store} states={read.states} />}
      {read && read.diagnostics.length > 0 && <Notes store={store} read={read} />}
    </div>
  )
}

function Summary({ read }: { readonly read: ReadAnswer }) {
  if (read.states.length === 0) return <p class="summary bad">{t('notRecognised')}</p>
  return (
    <div class="summary">
      <p class="chips">
        {read.mesh !== null && <span class="chip strong">{read.mesh}</span>}
        {read.mode !== null && <span class="chip strong">{read.mode}</span>}
        {read.tables.map(({ family, table, rules }) => <span key={`${family}${table}`} class="chip">IPv{family} {table} <b>{rules.toLocaleString('en')}</b></span>)}
        {read.mesh === null && <span class="chip">{t('noMesh')}</span>}
      </p>
      {read.recognised.map((line) => <p key={line} class="mono small">{line}</p>)}
      {read.facts.length > 0 && <p class="muted small">{t('also', { facts: read.facts.join(', ') })}</p>}
    </div>
  )
}

function StateChoice({ store, states }: { readonly store: SideStore; readonly states: readonly string[] }) {
  return (
    <label class="states">{t('state')}{' '}
      <select value={`${store.state.value}`} onChange={({ currentTarget }) => { store.state.value = Number(currentTarget.value); void store.load() }}>
        {states.map((title, i) => <option key={title} value={`${i}`}>{t('stateOf', { n: i + 1, title })}</option>)}
      </select>
    </label>
  )
}

function Notes({ store, read: { diagnostics, diagnosticCount } }: { readonly store: SideStore; readonly read: ReadAnswer }) {
  const serious = diagnostics.some(({ severity }) => severity !== 'info')
  return (
    <details class="notes" open={serious}>
      <summary>{t('notes')} <span class="count">{diagnosticCount}</span></summary>
      <ul>
        {diagnostics.map((diagnostic, i) => <Note key={i} store={store} diagnostic={diagnostic} />)}
        {diagnosticCount > diagnostics.length && <li class="muted">{t('notesMore', { n: diagnosticCount - diagnostics.length })}</li>}
      </ul>
    </details>
  )
}

function Note({ store, diagnostic: { severity, line, file, message, code, candidates } }: { readonly store: SideStore; readonly diagnostic: DiagnosticView }) {
  const inField = line !== null && file === store.typed.value.name
  return (
    <li class={severity}>
      <span class="severity">{t(severity)}</span>{' '}
      {line !== null && (inField ? <button type="button" class="link" onClick={() => { showLine(store, line) }}>{t('atLine', { n: line })}</button> : <span class="muted">{file}:{line}</span>)}{' '}
      <span>{message}</span> <code class="muted">{code}</code>
      {candidates.map((each) => <div key={each} class="mono small">{t('perhaps', { text: each })}</div>)}
    </li>
  )
}
