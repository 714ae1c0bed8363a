import type { Result } from '../world/outcome.ts'
import type { Question } from '../world/question.ts'
import type { ChoiceValue, Language, LessonQuestion, LocalText } from './lesson.ts'
import { ruleAt } from './ruleAt.ts'

/** A choice as the reader sees it. */
export function choiceText({ asks }: Pick<LessonQuestion, 'asks'>, value: ChoiceValue, { state }: Question, language: Language): string {
  switch (asks) {
    case 'port': return value === null ? NO_PORT[language] : String(value)
    case 'source': return value === null ? NOBODY[language] : String(value)
    case 'captured': return (value === true ? YES : NO)[language]
    case 'result': return RESULTS[isResult(value) ? value : 'unknown'][language]
    case 'mark': return `0x${Number(value).toString(16)}`
    case 'rule': return ruleText(String(value), state.rulesets)
  }
}

const NO_PORT: LocalText = { en: 'none of the mesh: it is not captured', zh: '都不是：没有被拦截' }
const NOBODY: LocalText = { en: 'none: nobody accepts', zh: '没有：谁也没有 accept' }
const YES: LocalText = { en: 'yes', zh: '会' }
const NO: LocalText = { en: 'no', zh: '不会' }

const RESULTS: Readonly<Record<Result, LocalText>> = {
  connected: { en: 'it works: the reply comes back', zh: '成功：回包能回来' },
  refused: { en: 'refused (RST)', zh: '被拒绝（RST）' },
  timeout: { en: 'timeout: no answer comes back', zh: '超时：收不到任何回应' },
  unreachable: { en: 'unreachable', zh: '不可达' },
  'not-permitted': { en: 'sending is not permitted (EPERM)', zh: '不允许发送（EPERM）' },
  loop: { en: 'the proxy calls itself without end', zh: '代理不停地连到自己，形成死循环' },
  unknown: { en: 'unknown', zh: '未知' },
}

const isResult = (value: ChoiceValue): value is Result => typeof value === 'string' && Object.hasOwn(RESULTS, value)

function ruleText(place: string, rulesets: Question['state']['rulesets']): string {
  const rule = ruleAt(rulesets, place)
  const [table] = place.split(' ')
  return rule?.text === undefined ? place : `${table}: ${rule.text}`
}
