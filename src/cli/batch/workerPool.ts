import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { errorAnswer } from './errorAnswer.ts'
import type { Answer, Task } from './task.ts'

/** Worker threads that answer tasks, each one list at a time. One that dies is replaced, and costs no more than the task it died of. */
export class WorkerPool {
  private readonly entry: URL
  private readonly setup: unknown
  private readonly alive = new Set<Worker>()
  private readonly idle: Worker[] = []
  private readonly waiting: ((worker: Worker) => void)[] = []
  private open = true

  private constructor(entry: URL, setup: unknown) {
    this.entry = entry
    this.setup = setup
  }

  /** `setup` is what the entry finds as its workerData; it says when it is ready. */
  static async start(entry: URL, setup: unknown, size: number): Promise<WorkerPool> {
    const pool = new WorkerPool(entry, setup)
    try {
      pool.idle.push(...await Promise.all(Array.from({ length: size }, () => pool.hire())))
    } catch (error) {
      await pool.close()
      throw error
    }
    return pool
  }

  /** Lines for tasks, in their order. */
  async answer(tasks: readonly Task[]): Promise<readonly Answer[]> {
    const free = await this.free()
    const worker = this.alive.has(free) ? free : await this.hire()
    try {
      const answers = await answered(worker, tasks)
      this.release(worker)
      return answers
    } catch (error) {
      if (!this.open) return []
      await worker.terminate()
      this.release(await this.hire())
      return this.withoutTheDeadly(tasks, error)
    }
  }

  /** What is still asked is not answered. */
  async close(): Promise<void> {
    this.open = false
    await Promise.all([...this.alive].map((worker) => worker.terminate()))
  }

  /** Which of several tasks it was shows when each is asked alone. */
  private async withoutTheDeadly(tasks: readonly Task[], error: unknown): Promise<readonly Answer[]> {
    const [task] = tasks
    if (task && tasks.length === 1) return [errorAnswer(error, task.kind === 'file' ? { file: task.name } : { line: task.number })]
    return (await Promise.all(tasks.map((each) => this.answer([each])))).flat()
  }

  private async hire(): Promise<Worker> {
    const worker = new Worker(this.entry, { workerData: this.setup })
    this.alive.add(worker)
    worker.on('error', () => { this.alive.delete(worker) })
    worker.on('exit', () => { this.alive.delete(worker) })
    await spoken(worker)
    return worker
  }

  private free(): Promise<Worker> {
    const worker = this.idle.pop()
    return worker ? Promise.resolve(worker) : new Promise((resolve) => { this.waiting.push(resolve) })
  }

  private release(worker: Worker): void {
    const next = this.waiting.shift()
    if (next) next(worker)
    else this.idle.push(worker)
  }
}

function answered(worker: Worker, tasks: readonly Task[]): Promise<readonly Answer[]> {
  worker.postMessage(tasks)
  return spoken(worker)
}

/** The next thing a worker says; its end, or an error that nobody caught in it, is an error here. */
async function spoken(worker: Worker): Promise<readonly Answer[]> {
  const heard = new AbortController()
  const ended = once(worker, 'exit', { signal: heard.signal }).then(() => { throw new Error('a worker ended by itself') })
  try {
    const [message] = await Promise.race([once(worker, 'message', { signal: heard.signal }), ended])
    return message
  } finally {
    heard.abort()
  }
}
