import { describe, expect, it } from 'vitest'
import { choiceText } from '../../src/lessons/choiceText.ts'
import { fillLessonText } from '../../src/lessons/fillLessonText.ts'
import type { LocalText } from '../../src/lessons/lesson.ts'
import { lessonAnswer } from '../../src/lessons/lessonAnswer.ts'
import { lessons } from '../../src/lessons/lessons.ts'
import { ruleAt } from '../../src/lessons/ruleAt.ts'

const LANGUAGES = ['en', 'zh'] as const

/** Known before the answer: what is asked about, and the rules. */
const OPEN = /^(?:from|to|dport|uid|rule .*)$/

const placeholders = (text: string): string[] => [...text.matchAll(/\{([^}]*)\}/g)].map(([, words = '']) => words).sort()

const steps = lessons.flatMap((lesson) => lesson.steps.map((step, i) => ({ name: `${lesson.id} ${i + 1}`, lesson, step })))

describe('the lessons', () => {
  it('have names of their own, and two to five steps each', () => {
    expect(new Set(lessons.map(({ id }) => id)).size).toBe(lessons.length)
    expect(lessons.filter(({ steps: { length } }) => length < 2 || length > 5).map(({ id }) => id)).toEqual([])
  })

  it('are plain data: they survive JSON and a structured clone', () => {
    expect(JSON.parse(JSON.stringify(lessons))).toEqual(lessons)
    expect(structuredClone(lessons)).toEqual(lessons)
  })

  it('ask about every namespace they have', () => {
    const unasked = lessons.flatMap(({ id, namespaces, steps: all }) => Object.keys(namespaces).filter((name) => !all.some(({ namespace }) => namespace === name)).map((name) => `${id}: ${name}`))
    expect(unasked).toEqual([])
  })

  it('do not have most right answers in one place', () => {
    const places = steps.map(({ lesson, step }) => lessonAnswer(lesson, step).right)
    for (const place of [0, 1, 2, 3]) expect(places.filter((each) => each === place).length).toBeLessThanOrEqual(steps.length / 2)
  })
})

describe.each(steps)('$name', ({ lesson, step }) => {
  const answer = lessonAnswer(lesson, step)
  const { question } = step
  const thoughts = question.choices.flatMap(({ thought }) => thought ?? [])
  const texts: readonly LocalText[] = [lesson.title, ...step.tells, question.text, ...step.reveals, ...thoughts]

  it('has one right choice by the engine, no two alike, and no doubt about the right one', () => {
    expect(question.choices.length).toBeGreaterThan(1)
    for (const language of LANGUAGES) expect(new Set(question.choices.map(({ value }) => choiceText(question, value, answer.question, language))).size).toBe(question.choices.length)
    expect(new Set(question.choices.map(({ value }) => value)).size).toBe(question.choices.length)
    expect(question.choices[answer.right]?.thought).toBeUndefined()
  })

  it('offers only rules that there are', () => {
    const places = question.asks === 'rule' ? question.choices.map(({ value }) => value) : []
    expect(places.filter((place) => !ruleAt(answer.question.state.rulesets, place))).toEqual([])
  })

  it('says the same in both languages', () => {
    expect([step.tells.length, step.reveals.length].every((count) => count > 0)).toBe(true)
    for (const { en, zh } of texts) {
      expect(en.trim()).not.toBe('')
      expect(zh).toMatch(/[\u4e00-\u9fff]/)
      expect(en).not.toMatch(/[\u3000-\u9fff\uff00-\uffef]/)
      expect(placeholders(zh), en).toEqual(placeholders(en))
    }
  })

  it('is filled from the trace, and tells nothing of it before it is asked', () => {
    for (const text of texts) for (const language of LANGUAGES) expect(fillLessonText(text[language], answer)).not.toMatch(/[{}]|undefined|null/)
    const early = [...step.tells, question.text].flatMap(({ en }) => placeholders(en)).filter((words) => !OPEN.test(words))
    expect(early).toEqual([])
  })
})
