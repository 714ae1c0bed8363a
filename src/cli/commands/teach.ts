import { lessonAnswer } from '../../lessons/lessonAnswer.ts'
import type { Language, Lesson, LocalText } from '../../lessons/lesson.ts'
import { lessons } from '../../lessons/lessons.ts'
import { lessonListText, lessonText, revealText, stepText, verdictText } from '../../render/lessonText.ts'
import { nearWord } from '../../world/scenario/nearWord.ts'
import { AnswerLines } from '../answerLines.ts'
import { UsageError } from '../usageError.ts'

export interface TeachOptions {
  readonly lang?: string
  readonly reveal?: boolean
}

/** `chainwalk teach`: the lessons there are; `chainwalk teach LESSON`: predict, then see. */
export async function teach(name: string | undefined, { lang, reveal }: TeachOptions): Promise<void> {
  const language = languageOf(lang)
  if (name === undefined) {
    process.stdout.write(`${lessonListText(lessons, language)}\n${BEGIN[language]}\n`)
    return
  }
  const lesson = lessonNamed(name)
  if (reveal === true) process.stdout.write(lessonText(lesson, lesson.steps.map((step) => lessonAnswer(lesson, step)), language))
  else await ask(lesson, language)
}

/** Each step's question, an answer from standard input, and what the engine says; the end of input reveals the rest. */
async function ask(lesson: Lesson, language: Language): Promise<void> {
  const input = new AnswerLines()
  let right = 0
  process.stdout.write(`${lesson.title[language]}\n`)
  for (const step of lesson.steps) {
    const answer = lessonAnswer(lesson, step)
    process.stdout.write(`\n${stepText(lesson, step, answer, language)}`)
    const given = await input.choice(step.question.choices.length, AGAIN[language])
    if (given === answer.right) right += 1
    process.stdout.write(verdictText(step, given, answer, language) + revealText(lesson, step, answer, language))
  }
  input.close()
  process.stdout.write(`\n${countText(right, lesson.steps.length)[language]}\n${nextText(lesson)[language]}`)
}

const BEGIN: LocalText = { en: 'chainwalk teach LESSON begins one, by its number or its name.', zh: '用 chainwalk teach LESSON 开始一课，LESSON 可以是编号或名字。' }
const AGAIN: LocalText = { en: 'answer with the number of a choice', zh: '请输入选项的编号' }

const countText = (right: number, all: number): LocalText => ({ en: `${right} of ${all} right`, zh: `共 ${all} 题，答对 ${right} 题` })

function nextText(lesson: Lesson): LocalText {
  const next = lessons[lessons.indexOf(lesson) + 1]
  return next ? { en: `next: chainwalk teach ${next.id}\n`, zh: `下一课：chainwalk teach ${next.id}\n` } : { en: '', zh: '' }
}

function lessonNamed(name: string): Lesson {
  const found = lessons.find(({ id }, i) => id === name.toLowerCase() || String(i + 1) === name)
  if (found) return found
  const ids = lessons.map(({ id }) => id)
  const near = nearWord(name.toLowerCase(), ids) ?? ids.find((id) => name.length > 1 && id.includes(name.toLowerCase()))
  throw new UsageError(`there is no lesson ${JSON.stringify(name)}; ${near === undefined ? `the lessons are ${ids.join(', ')}` : `did you mean ${near}?`}`)
}

/** What --lang says, else the locale of messages (POSIX: LC_ALL, LC_MESSAGES, LANG). */
function languageOf(asked: string | undefined): Language {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env
  const locale = LC_ALL || LC_MESSAGES || LANG || 'en'
  if (asked === undefined) return locale.startsWith('zh') ? 'zh' : 'en'
  if (asked === 'en' || asked === 'zh') return asked
  throw new UsageError(`--lang takes en or zh, not ${JSON.stringify(asked)}`)
}
