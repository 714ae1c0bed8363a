import { t } from '../language/language.ts'
import { differencesStore } from '../state/differencesStore.ts'
import { form, setForm } from '../state/pageStore.ts'
import type { DifferencesAnswer, DifferenceView } from '../worker/protocol.ts'

/** Every connection that fares differently, exactly. */
export function DifferencesTable({ ready }: { readonly ready: boolean }) {
  const { found: { value: found }, looking: { value: looking } } = differencesStore
  return (
    <section class="pane differences" aria-label={t('differences')}>
      <header class="bar">
        <h2>{t('differences')}</h2>
        {looking
          ? <><span class="muted" role="status">{t('finding')}…</span><button type="button" onClick={() => { differencesStore.stop() }}>{t('stop')}</button></>
          : <button type="button" class="primary" disabled={!ready} onClick={() => { void differencesStore.look() }}>{t('findDifferences')}</button>}
      </header>
      {!ready && <p class="muted empty">{t('needBoth')}</p>}
      {found && <Found answer={found} />}
    </section>
  )
}

function Found({ answer: { found, inexact, assumptions } }: { readonly answer: DifferencesAnswer }) {
  return (
    <div class="found">
      <p role="status"><b>{found.length === 0 && inexact.length === 0 ? t('equivalent') : t('differCount', { n: found.length })}</b></p>
      {found.length > 0 && (
        <div class="table-box" tabIndex={0} role="group" aria-label={t('differences')}>
          <table>
            <thead><tr><th scope="col">{t('region')}</th><th scope="col">{t('was')}</th><th scope="col">{t('now')}</th><th scope="col">{t('because')}</th><th scope="col"><span class="visually-hidden">{t('tryIt')}</span></th></tr></thead>
            <tbody>{found.map((each, i) => <Difference key={i} difference={each} />)}</tbody>
          </table>
        </div>
      )}
      {inexact.map((text) => <p key={text} class="small">{t('inexact', { text })}</p>)}
      {assumptions.length > 0 && <details><summary>{t('assumed')} <span class="count">{assumptions.length}</span></summary><ul class="small">{assumptions.map((text) => <li key={text}>{text}</li>)}</ul></details>}
    </div>
  )
}

const Difference = ({ difference: { region, was, now, because, witness } }: { readonly difference: DifferenceView }) => (
  <tr>
    <th scope="row">{region}</th>
    <td>{was}</td>
    <td>{now}</td>
    <td class="mono small">{because.map(({ side, text }) => <div key={`${side}${text}`} class={side}><span aria-hidden="true">{side === 'before' ? '−' : '+'}</span> {text}</div>)}</td>
    <td><button type="button" onClick={() => { setForm({ ...witness, podIp: form.value.podIp, istio: form.value.istio }) }}>{t('tryIt')}</button></td>
  </tr>
)
