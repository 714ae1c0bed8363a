import { answerLine, choiceText, fillLessonText, lessonAnswer, lessonCommand, lessons, printable, printAddress, printSave, saveHeading } from '../core.ts'
import type { Language, Lesson, LessonAnswer, LessonStep } from '../core.ts'
import { EMPTY_FORM, formOf } from './connectionForm.ts'
import type { LessonListAnswer, LessonStepAnswer } from './protocol.ts'

/** Every lesson's name, title and length. */
export const lessonList = (language: Language): LessonListAnswer => ({ lessons: lessons.map(({ id, title, steps }) => ({ id, title: title[language], steps: steps.length })) })

/** A step's question with what stands before it; which choice is right, and what there is to see, for when it was answered. */
export function lessonStep({ id, number, language }: { readonly id: string; readonly number: number; readonly language: Language }): LessonStepAnswer | null {
  const lesson = lessons.find((each) => each.id === id)
  const step = lesson?.steps[number]
  if (!lesson || !step) return null
  const answer = lessonAnswer(lesson, step)
  const told = (text: string): string => printable(fillLessonText(text, answer))
  return {
    title: lesson.title[language], steps: lesson.steps.length, tells: step.tells.map((text) => told(text[language])), question: told(step.question.text[language]),
    choices: step.question.choices.map(({ value, thought }) => ({ text: printable(choiceText(step.question, value, answer.question, language)), thought: thought ? told(thought[language]) : null })),
    right: answer.right, reveals: step.reveals.map((text) => told(text[language])), line: printable(answerLine(answer.trace, answer.traced)), command: lessonCommand(lesson, step, answer),
    walk: { name: `${id}.txt`, text: textOf(lesson, step, answer), form: { ...formOf(answer.question.connection, { podIp: answer.question.given.podAddresses.map(printAddress).join(' '), istio: answer.question.given.istioVersion ?? '' }), ...(answer.question.connection.src === null && { from: EMPTY_FORM.from }) } },
  }
}

/** The namespace as a terminal would show it. */
const textOf = ({ namespaces }: Lesson, { namespace }: LessonStep, { question: { state } }: LessonAnswer): string =>
  `${namespaces[namespace]?.session ?? ''}${state.rulesets.map((ruleset) => `$ iptables-save\n${saveHeading(ruleset.family)}${printSave(ruleset, 'plain')}`).join('')}`
