import { t } from '../language/language.ts'
import { lessonStore } from '../state/lessonStore.ts'
import { lesson } from '../state/pageStore.ts'
import type { LessonStepAnswer } from '../worker/protocol.ts'
import { CodedText } from './CodedText.tsx'

/** Predict, then see. */
export function LessonsRoom() {
  const step = lessonStore.step.value
  if (lesson.value === '') return <LessonList />
  if (!step) return <p class="muted empty">…</p>
  return (
    <article class="pane lesson" aria-label={step.title}>
      <header class="bar"><h2>{step.title}</h2><button type="button" class="quiet" onClick={() => { lessonStore.open('') }}>{t('lessonAll')}</button></header>
      {lessonStore.finished.value ? <Finished step={step} /> : <Step step={step} />}
    </article>
  )
}

function LessonList() {
  return (
    <section class="lesson-list" aria-label={t('lessons')}>
      <p class="muted">{t('lessonsIntro')}</p>
      <ol>
        {lessonStore.list.value.map(({ id, title, steps }) => (
          <li key={id}><button type="button" class="pane" onClick={() => { lessonStore.open(id) }}><b>{title}</b> <span class="muted small">{t('lessonSteps', { n: steps })}</span></button></li>
        ))}
      </ol>
    </section>
  )
}

function Step({ step }: { readonly step: LessonStepAnswer }) {
  const given = lessonStore.given.value
  return (
    <div class="lesson-step">
      <p class="muted small">{t('lessonNumber', { n: lessonStore.number.value + 1, all: step.steps })}</p>
      {step.tells.map((text) => <CodedText key={text} text={text} />)}
      <h3 class="question"><CodedText text={step.question} /></h3>
      <div class="choices" role="group" aria-label={t('choices')}>
        {step.choices.map(({ text }, i) => (
          <button key={text} type="button" class={choiceClass(i, given, step.right)} aria-pressed={given === i} disabled={given !== null && given !== i} onClick={() => { lessonStore.choose(i) }}><CodedText text={text} /></button>
        ))}
      </div>
      <div aria-live="polite">{given !== null && <Revealed step={step} given={given} />}</div>
    </div>
  )
}

const choiceClass = (choice: number, given: number | null, right: number): string => (given === null ? 'choice' : choice === right ? 'choice right' : choice === given ? 'choice wrong' : 'choice')

function Revealed({ step, given }: { readonly step: LessonStepAnswer; readonly given: number }) {
  const isRight = given === step.right
  const thought = step.choices[given]?.thought ?? null
  return (
    <div class="revealed">
      <p class={isRight ? 'ok verdict' : 'bad verdict'}>{isRight ? t('lessonRight') : t('lessonWrong', { right: step.choices[step.right]?.text ?? '' })}</p>
      {!isRight && thought !== null && <CodedText text={thought} />}
      <p class="line mono">{step.line}</p>
      {step.reveals.map((text) => <CodedText key={text} text={text} />)}
      {step.command !== null && <p class="mono small command">{step.command}</p>}
      <p class="buttons">
        <button type="button" class="primary" onClick={() => { lessonStore.goOn() }}>{t('lessonNext')}</button>
        <button type="button" onClick={() => { lessonStore.walk() }}>{t('lessonWalk')}</button>
      </p>
    </div>
  )
}

function Finished({ step }: { readonly step: LessonStepAnswer }) {
  const next = lessonStore.next.value
  return (
    <div class="lesson-step">
      <p class="verdict" role="status">{t('lessonDone', { right: lessonStore.rights.value, all: step.steps })}</p>
      <p class="buttons">
        {next && <button type="button" class="primary" onClick={() => { lessonStore.open(next.id) }}>{t('lessonNextOne')}: {next.title}</button>}
        <button type="button" onClick={() => { lessonStore.open('') }}>{t('lessonAll')}</button>
      </p>
    </div>
  )
}
