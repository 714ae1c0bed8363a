import { connectionFrom } from '../connectionOptions.ts'
import { STDIN } from '../readInput.ts'
import { givenOf, loadOptionsOf, refuse } from '../traceOptions.ts'
import type { TraceOptions } from '../traceOptions.ts'
import { UsageError } from '../usageError.ts'
import { dumpAnswers } from './dumpAnswers.ts'
import type { AskedOfDumps } from './dumpAnswers.ts'
import { dumpTasks } from './dumpTasks.ts'
import { runBatch } from './runBatch.ts'

/** One connection through many dumps: one result a line, in order. */
export async function traceDumps(names: readonly string[], options: TraceOptions, batch: string): Promise<number> {
  refuse(options, ['connections', 'against', 'redact'], '--batch asks each dump about one connection')
  const [name] = names
  if (name !== undefined) throw new UsageError(`--batch names the dumps; ${name} would not be used`)
  const { to, from, uid, gid, local } = options
  const asked: AskedOfDumps = {
    load: loadOptionsOf(options), given: givenOf(options), source: batch === '-' ? STDIN : batch,
    connection: [to, from, uid, gid, local].every((each) => each === undefined) ? null : connectionFrom(options),
  }
  return runBatch({ tasks: dumpTasks(batch), setup: { kind: 'dumps', asked }, here: () => Promise.resolve(dumpAnswers(asked)), told: (text) => text }, options)
}
