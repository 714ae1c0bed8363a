import { UsageError } from '../usageError.ts'
import type { BatchSetup } from './batchSetup.ts'
import { inOrder } from './inOrder.ts'
import type { Answerer, Task } from './task.ts'
import { WorkerPool } from './workerPool.ts'
import { writeAnswers } from './writeAnswers.ts'

export interface BatchOptions {
  readonly jobs?: string
  readonly strict?: boolean
}

interface Batch<Of extends Task> {
  readonly tasks: AsyncIterable<readonly Of[]>
  /** What workers are told. */
  readonly setup: BatchSetup
  /** Answers in this thread, where there are no workers. */
  readonly here: () => Promise<Answerer<Of>>
  /** How a line is told. */
  readonly told: (text: string) => string
}

const MOST_JOBS = 256

/** Answers every task with one line. Exit 0 when the end was reached; with --strict 2 where a line tells an error. */
export async function runBatch<Of extends Task>({ tasks, setup, here, told }: Batch<Of>, { jobs = '1', strict }: BatchOptions): Promise<number> {
  const size = /^\d{1,3}$/.test(jobs) ? Number(jobs) : 0
  if (size < 1 || size > MOST_JOBS) throw new UsageError(`--jobs takes a number from 1 to ${MOST_JOBS}, not ${JSON.stringify(jobs)}`)
  const pool = size === 1 ? null : await WorkerPool.start(new URL('./trace-worker.js', import.meta.url), setup, size)
  try {
    const answer: Answerer<Of> = pool ? (each) => pool.answer(each) : await here()
    const { answers, failed } = await writeAnswers(inOrder(tasks, answer, pool ? 2 * size : 1), told)
    if (failed > 0) process.stderr.write(`warning ${failed} of ${answers} lines tell an error in place of a result [batch-errors]\n`)
    return strict === true && failed > 0 ? 2 : 0
  } finally {
    await pool?.close()
    // A pipe that nobody reads any more would keep the process alive.
    process.stdin.destroy()
  }
}
