import { choiceText } from '../lessons/choiceText.ts'
import { fillLessonText } from '../lessons/fillLessonText.ts'
import type { Language, Lesson, LessonStep, LocalText } from '../lessons/lesson.ts'
import type { LessonAnswer } from '../lessons/lessonAnswer.ts'
import { packetOfLeg } from '../lessons/packetOfLeg.ts'
import type { TraceStep } from '../netfilter/traceEvent.ts'
import { answerLine } from './answerLine.ts'
import { lessonCommand } from './lessonCommand.ts'
import { stepLine } from './stepLine.ts'
import { traceText } from './traceText.ts'

/** A step up to its choices. */
export function stepText({ steps }: Lesson, step: LessonStep, answer: LessonAnswer, language: Language): string {
  const number = steps.indexOf(step) + 1
  const own = number === steps.length ? ` · ${NOW_YOU[language]}` : ''
  const choices = step.question.choices.map((_, i) => `  ${numberedChoice(step, i, answer, language)}`)
  const told = [...step.tells, step.question.text].map((text) => fillLessonText(text[language], answer))
  return [`${number}/${steps.length}${own}`, ...told.slice(0, -1), '', ...told.slice(-1), ...choices, ''].join('\n')
}

/** Which choice is right, and why another is not; `given` counts from 0, null: none was made. */
export function verdictText(step: LessonStep, given: number | null, answer: LessonAnswer, language: Language): string {
  const right = numberedChoice(step, answer.right, answer, language)
  const said = given === null ? ANSWER_IS : given === answer.right ? RIGHT : WRONG
  const thought = given === null ? undefined : step.question.choices[given]?.thought
  const about = given !== null && thought ? [ABOUT[language].replace('{}', () => numberedChoice(step, given, answer, language)) + fillLessonText(thought[language], answer)] : []
  return [said[language].replace('{}', () => right), ...about, ''].join('\n')
}

/** The trace, and what there is to see in it. */
export function revealText(lesson: Lesson, step: LessonStep, answer: LessonAnswer, language: Language): string {
  const command = lessonCommand(lesson, step, answer)
  const told = step.reveals.map((text) => fillLessonText(text[language], answer))
  return ['', ...traceLines(step, answer), '', ...told, ...(command === null ? [] : ['', `${SEE_ALSO[language]}${command}`]), ''].join('\n')
}

/** The whole lesson, with nothing asked. */
export function lessonText(lesson: Lesson, answers: readonly LessonAnswer[], language: Language): string {
  const steps = lesson.steps.flatMap((step, i) => {
    const answer = answers[i]
    return answer ? [[stepText(lesson, step, answer, language), verdictText(step, null, answer, language), revealText(lesson, step, answer, language)].join('')] : []
  })
  return [`${lesson.title[language]}\n`, ...steps].join('\n')
}

/** Every lesson in a line: its number, its name, its title. */
export function lessonListText(lessons: readonly Lesson[], language: Language): string {
  const wide = Math.max(...lessons.map(({ id }) => id.length))
  return lessons.map(({ id, title }, i) => `${String(i + 1).padStart(2)}  ${id.padEnd(wide)}  ${title[language]}\n`).join('')
}

const NOW_YOU: LocalText = { en: 'now you', zh: '轮到你了' }
const ANSWER_IS: LocalText = { en: 'It is {}', zh: '答案是 {}' }
const RIGHT: LocalText = { en: 'Right: {}', zh: '对：{}' }
const WRONG: LocalText = { en: 'No, it is {}', zh: '不对，答案是 {}' }
const ABOUT: LocalText = { en: 'About {}: ', zh: '关于 {}：' }
const SEE_ALSO: LocalText = { en: 'All of it: ', zh: '完整的 trace：' }

const numberedChoice = ({ question }: LessonStep, i: number, answer: LessonAnswer, language: Language): string =>
  `${i + 1}) ${choiceText(question, question.choices[i]?.value ?? null, answer.question, language)}`

/** The trace where a mark is asked for: all that happens to that packet; else what decides. */
function traceLines({ question }: LessonStep, { trace, traced }: LessonAnswer): readonly string[] {
  if (question.asks !== 'mark') return [traceText(trace, 'minimal').trimEnd()]
  const steps = packetOfLeg(traced.events, question.packet).map(({ step }) => step).filter(({ kind }) => OF_MARKS.has(kind))
  return [answerLine(trace, traced), '', ...steps.map((step) => `${step.kind === 'packetEntered' ? '' : '    '}${stepLine(step, 'full') ?? ''}`)]
}

const OF_MARKS: ReadonlySet<TraceStep['kind']> = new Set(['packetEntered', 'hookEntered', 'ruleMatched', 'markSet', 'connmarkSet', 'tproxied', 'routed', 'delivered', 'transmitted'])
