import { isProxyProcess } from '../proxy/meshProfile.ts'
import { decisiveRule } from '../world/decisiveRule.ts'
import type { Accept } from '../world/outcome.ts'
import type { Question } from '../world/question.ts'
import { traceConnection } from '../world/traceConnection.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'
import type { ChoiceValue, Lesson, LessonQuestion, LessonStep } from './lesson.ts'
import { markBehind, packetOfLeg } from './packetOfLeg.ts'
import { stepQuestion } from './stepQuestion.ts'

/** What the engine makes of a step. */
export interface LessonAnswer {
  readonly question: Question
  readonly trace: Trace
  /** The one way it goes: lessons leave nothing to chance. */
  readonly traced: TracedOutcome
  /** The choice that is right, counted from 0. */
  readonly right: number
}

/** Walks a step's connection and says which of its choices is right. */
export function lessonAnswer(lesson: Lesson, step: LessonStep): LessonAnswer {
  const question = stepQuestion(lesson, step)
  const trace = traceConnection(question)
  const [traced, ...others] = trace.outcomes
  if (!traced || others.length > 0) throw new Error(`lesson ${lesson.id}: the connection can go ${trace.outcomes.length} ways`)
  const value = asked(step.question, traced)
  const right = step.question.choices.findIndex((choice) => choice.value === value)
  if (right < 0) throw new Error(`lesson ${lesson.id}: no choice is ${JSON.stringify(value)}`)
  return { question, trace, traced, right }
}

function asked(question: LessonQuestion, { outcome, events }: TracedOutcome): ChoiceValue {
  switch (question.asks) {
    case 'port': return outcome.accepts.find(isOfMesh)?.port ?? null
    case 'source': return outcome.accepts.find(({ process }) => !isProxyProcess(process))?.peer ?? null
    case 'captured': return outcome.captured
    case 'result': return question.of === 'caller' ? outcome.result : (outcome.upstreams[0]?.result ?? null)
    case 'rule': return placeOf(packetOfLeg(events, { leg: question.leg, direction: 'original' }))
    case 'mark': return markBehind(packetOfLeg(events, question.packet), question.behind)
  }
}

/** Envoy, ztunnel, or the agent beside them. */
const isOfMesh = ({ process, remote }: Accept): boolean => !remote && (isProxyProcess(process) || process === 'agent')

function placeOf(packet: TracedOutcome['events']): string | null {
  const place = decisiveRule(packet)
  return place && `${place.table} ${place.chain} ${place.number}`
}
