import { traceJson } from '../../render/traceJson.ts'
import type { Given } from '../../world/question.ts'
import { traceConnection } from '../../world/traceConnection.ts'
import { connectionFromJson } from '../connectionJson.ts'
import type { LoadedRules } from '../loadRules.ts'
import { errorAnswer } from './errorAnswer.ts'
import { lineJson } from './lineJson.ts'
import type { Answer, Answerer, LineTask } from './task.ts'

/** Answers lines of connections through one set of rules; `source` is the file they stand in. */
export function connectionAnswers({ state, facts }: LoadedRules, given: Given, source: string): Answerer<LineTask> {
  const result = (line: LineTask): string => {
    const where = `${source}:${line.number}`
    const connection = connectionFromJson(lineJson(line, where), where)
    return JSON.stringify(traceJson(traceConnection({ state, facts, given, connection }, 'steps'), [], given.recognised))
  }
  const answer = (line: LineTask): Answer => {
    try {
      return { text: result(line), failed: false }
    } catch (error) {
      return errorAnswer(error, { line: line.number })
    }
  }
  return (lines) => Promise.resolve(lines.map(answer))
}
