import type { InputFile } from '../../host/inputFile.ts'
import type { Given } from '../../world/question.ts'
import { givenWith } from '../givenWith.ts'
import { loadInput } from '../loadRules.ts'
import type { LoadOptions } from '../loadRules.ts'
import { connectionAnswers } from './connectionAnswers.ts'
import { dumpAnswers } from './dumpAnswers.ts'
import type { AskedOfDumps } from './dumpAnswers.ts'
import type { Answerer, LineTask, Task } from './task.ts'

/** Everything a worker is told before its first task: plain data, so that it can be sent to one. */
export type BatchSetup =
  | { readonly kind: 'connections'; readonly files: readonly InputFile[]; readonly load: LoadOptions; readonly given: Given; readonly source: string }
  | { readonly kind: 'dumps'; readonly asked: AskedOfDumps }

/** A worker reads the rules for itself. */
export async function answererOf(setup: BatchSetup): Promise<Answerer<Task> | Answerer<LineTask>> {
  if (setup.kind === 'dumps') return dumpAnswers(setup.asked)
  const rules = await loadInput(setup.files, setup.load)
  return connectionAnswers(rules, await givenWith(rules, setup.given), setup.source)
}
