import { receiverWords, replyWords, seenWords } from '../language/answerWords.ts'
import { t } from '../language/language.ts'
import type { SideStore } from '../state/sideStore.ts'
import type { OutcomeView, WalkAnswer } from '../worker/protocol.ts'

/** The answer first, as large as anything on the page; under it why, and what was assumed. */
export function AnswerPane({ store }: { readonly store: SideStore }) {
  const { walk: { value: walk }, shown: { value: shown }, fault: { value: fault } } = store
  return (
    <section class="pane answer" aria-label={t('answer')} id={`answer-${store.side}`} tabIndex={-1}>
      <div aria-live="polite" aria-atomic="true" aria-busy={store.busy.value}>
        {fault !== null ? <p class="bad">{t('fault', { text: fault })}</p> : shown ? <AnswerLine outcome={shown} /> : <p class="muted waiting">{silence(store, walk)}</p>}
      </div>
      {walk && walk.outcomeCount > 1 && <Ways store={store} walk={walk} />}
      {shown && <Reasons outcome={shown} />}
    </section>
  )
}

function silence(store: SideStore, walk: WalkAnswer | null): string {
  if (store.isEmpty) return t('waiting')
  if (store.busy.value) return `${t('reading')}…`
  if (store.read.value?.states.length === 0) return t('notRecognised')
  return walk && walk.issues.length > 0 ? t('unfinished') : `${t('working')}…`
}

/** Whether the connection comes to what it was meant for. */
const toneOf = ({ result, reachesApp }: OutcomeView): string => (result === 'unknown' ? 'warn' : result === 'connected' && reachesApp ? 'ok' : 'bad')

function AnswerLine({ outcome }: { readonly outcome: OutcomeView }) {
  const { parts } = outcome
  const { port, text } = receiverWords(parts)
  return (
    <dl class={`answer-line ${toneOf(outcome)}`} data-line={outcome.line}>
      <div class="receiver"><dt>{t('receiver')}</dt><dd>{port !== null && <b>{port} </b>}{text}</dd></div>
      <div><dt>{t('originalDestination')}</dt><dd class="mono">{parts.originalDestination ?? t('none')}</dd></div>
      <div><dt>{t('seen')}</dt><dd>{seenWords(parts)}</dd></div>
      <div class="reply"><dt>{t('reply')}</dt><dd>{replyWords(parts)}</dd></div>
    </dl>
  )
}

const percent = (chance: number): string => `${Number((chance * 100).toFixed(2))} %`

/** Several ways the connection can go: one is looked at. */
function Ways({ store, walk }: { readonly store: SideStore; readonly walk: WalkAnswer }) {
  return (
    <div class="ways">
      <div role="group" aria-label={t('outcomeOf', { n: store.outcome.value + 1, all: walk.outcomeCount })}>
        {walk.outcomes.map(({ probability, line }, i) => (
          <button key={i} type="button" class="way" aria-pressed={i === store.outcome.value} title={line} onClick={() => { store.chooseOutcome(i) }}>
            {i + 1} <span class="muted">{probability === null ? t('perhapsWay') : percent(probability)}</span>
          </button>
        ))}
      </div>
      {walk.outcomeCount > walk.outcomes.length && <p class="muted small">{t('outcomesMore', { n: walk.outcomeCount - walk.outcomes.length })}</p>}
      {!walk.complete && <p class="muted small">{t('incomplete')}</p>}
    </div>
  )
}

function Reasons({ outcome: { why, assumptions, scope } }: { readonly outcome: OutcomeView }) {
  return (
    <div class="reasons">
      {why.length > 0 && (
        <ul class="why">{why.map((line) => (line.startsWith('  ') ? <li key={line}>{line.trim()}</li> : <li key={line} class="head">{line}</li>))}</ul>
      )}
      {assumptions.length > 0 && (
        <details>
          <summary>{t('assumed')} <span class="count">{assumptions.length}</span></summary>
          <ul>{assumptions.map(({ code, message }) => <li key={`${code}${message}`}>{message} <code class="muted">{code}</code></li>)}</ul>
        </details>
      )}
      {scope !== null && <details><summary>{t('scope')}</summary><p class="small">{scope}</p></details>}
    </div>
  )
}
