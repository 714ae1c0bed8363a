import { afterEach, describe, expect, it } from 'vitest'
import { inOrder } from '../../src/cli/batch/inOrder.ts'
import type { LineTask } from '../../src/cli/batch/task.ts'
import { WorkerPool } from '../../src/cli/batch/workerPool.ts'

const task = (text: string, number: number): LineTask => ({ kind: 'line', number, text })

describe('a pool of workers', () => {
  let pool: WorkerPool | null = null
  afterEach(async () => { await pool?.close() })

  const answers = async (size: number, lists: readonly (readonly string[])[]): Promise<string[]> => {
    pool = await WorkerPool.start(new URL('./dyingWorker.js', import.meta.url), null, size)
    const all = await Promise.all(lists.map((texts) => pool?.answer(texts.map(task))))
    return all.flatMap((each) => each?.map(({ text }) => text) ?? [])
  }

  it('answers every list in its own order, though there are more lists than workers', async () => {
    expect(await answers(2, [['a', 'b'], ['c'], ['d', 'e'], ['f'], ['g']])).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((text) => `answer to ${text}`))
  })

  it.each([['throws', 'thrown on purpose'], ['ends', 'a worker ended by itself']])('a task that %s costs its own answer only', async (text, message) => {
    const fault = JSON.stringify({ schema: 'chainwalk/trace@1', error: { code: 'fault', message: `a fault of chainwalk itself: ${message}; please report it with the input`, line: 1 } })
    expect(await answers(1, [['a'], ['b', text, 'c'], ['d'], [text]])).toEqual(['answer to a', 'answer to b', fault, 'answer to c', 'answer to d', fault.replace('"line":1', '"line":0')])
  })

  it('that cannot begin is an error at once', async () => {
    await expect(WorkerPool.start(new URL('./noSuchWorker.js', import.meta.url), null, 2)).rejects.toThrow(/noSuchWorker/)
  })
})

describe('answers in order', () => {
  async function* tasks(count: number, seen: (task: number) => void): AsyncGenerator<number> {
    for (let i = 0; i < count; i += 1) {
      seen(i)
      yield i
      await Promise.resolve()
    }
  }

  it('however they come, and never asks for more than it was allowed ahead', async () => {
    let [begun, given, most] = [0, 0, 0]
    const got: number[] = []
    const late = (value: number): Promise<number> => new Promise((resolve) => { setTimeout(() => { resolve(value) }, value % 3) })
    for await (const value of inOrder(tasks(50, () => { begun += 1 }), late, 4)) {
      given += 1
      most = Math.max(most, begun - given)
      got.push(value)
    }
    expect(got).toEqual(Array.from({ length: 50 }, (_, i) => i))
    expect(most).toBeLessThanOrEqual(4)
  })

  it('gives what is ready while the next task is not there yet', async () => {
    let release = (): void => undefined
    async function* slow(): AsyncGenerator<string> {
      yield 'first'
      await new Promise<void>((resolve) => { release = resolve })
      yield 'second'
    }
    const got = inOrder(slow(), (text) => Promise.resolve(text), 8)
    expect((await got.next()).value).toBe('first')
    release()
    expect((await got.next()).value).toBe('second')
    expect((await got.next()).done).toBe(true)
  })

  it('fails at the turn of what failed', async () => {
    const got = inOrder(tasks(3, () => undefined), (value) => (value === 1 ? Promise.reject(new Error('no')) : Promise.resolve(value)), 3)
    expect((await got.next()).value).toBe(0)
    await expect(got.next()).rejects.toThrow('no')
  })
})
