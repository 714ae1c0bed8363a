import type { Connection } from '../../world/connection.ts'
import type { Given } from '../../world/question.ts'
import { traceConnection } from '../../world/traceConnection.ts'
import { traceJson } from '../../render/traceJson.ts'
import { givenWith } from '../givenWith.ts'
import { loadInput } from '../loadRules.ts'
import type { LoadOptions } from '../loadRules.ts'
import { readInput } from '../readInput.ts'
import { UsageError } from '../usageError.ts'
import { dumpFromJson, nameIn } from './dumpJson.ts'
import type { BatchedDump } from './dumpJson.ts'
import { errorAnswer } from './errorAnswer.ts'
import type { AskedAt } from './errorAnswer.ts'
import { lineJson } from './lineJson.ts'
import type { Answer, Answerer, LineTask, Task } from './task.ts'

/** What the command line says of every dump. */
export interface AskedOfDumps {
  readonly load: LoadOptions
  readonly given: Given
  /** null: each dump's line has its own. */
  readonly connection: Connection | null
  /** How the file of lines is named. */
  readonly source: string
}

/** Answers dumps, each by itself: nothing of one is known of the next. */
export function dumpAnswers(asked: AskedOfDumps): Answerer<Task> {
  return async (tasks) => {
    const answers: Answer[] = []
    for (const task of tasks) answers.push(task.kind === 'file' ? await answered(() => dumpIn(task.name), { file: task.name }, asked) : await lineAnswer(task, asked))
    return answers
  }
}

const dumpIn = (name: string): BatchedDump => ({ text: readInput(name).text, connection: null, podAddresses: null, istioVersion: null, diagnostics: [] })

function lineAnswer(line: LineTask, asked: AskedOfDumps): Promise<Answer> {
  const where = `${asked.source}:${line.number}`
  try {
    const json = lineJson(line, where)
    return answered(() => dumpFromJson(json, where), { line: line.number, file: nameIn(json) ?? where }, asked)
  } catch (error) {
    return Promise.resolve(errorAnswer(error, { line: line.number, file: where }))
  }
}

async function answered(read: () => BatchedDump, at: AskedAt & { readonly file: string }, asked: AskedOfDumps): Promise<Answer> {
  try {
    return { text: await result(read(), at.file, asked), failed: false }
  } catch (error) {
    return errorAnswer(error, at)
  }
}

async function result(dump: BatchedDump, file: string, asked: AskedOfDumps): Promise<string> {
  const connection = dump.connection ?? asked.connection
  if (!connection) throw new UsageError(`${file}: there is no connection to ask about; give one on the line, or --from and --to`)
  const rules = await loadInput([{ name: file, text: dump.text }], { ...asked.load, ...(dump.istioVersion !== null && { istio: dump.istioVersion }) })
  const given = await givenWith(rules, { ...asked.given, istioVersion: dump.istioVersion ?? asked.given.istioVersion, podAddresses: dump.podAddresses ?? asked.given.podAddresses })
  const trace = traceConnection({ state: rules.state, facts: rules.facts, given, connection }, 'steps')
  const { schema, ...rest } = traceJson(trace, [...dump.diagnostics, ...rules.diagnostics], given.recognised)
  return JSON.stringify({ schema, file, ...rest })
}
