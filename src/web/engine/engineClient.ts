import EngineWorker from '../worker/worker.ts?worker&inline'
import type { Answer, AnswerMessage, Kind, Protocol, Request, RequestMessage } from '../worker/protocol.ts'

/** Why an answer did not come: a newer question took its worker, or the engine failed. */
export class NoAnswer extends Error {
  readonly superseded: boolean
  constructor(message: string, superseded: 'superseded' | 'fault') {
    super(message)
    this.superseded = superseded === 'superseded'
  }
}

interface Waiting {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: NoAnswer) => void
}

/** An engine in a worker of its own, asked by messages; a question that is no longer wanted ends with its worker. */
export class EngineClient {
  private worker: Worker | null = null
  private readonly waiting = new Map<number, Waiting>()
  private next = 1

  ask<K extends Kind>(request: { readonly kind: K } & Protocol[K]['ask']): Promise<Protocol[K]['answer']>
  ask(request: Request): Promise<Answer> {
    const message: RequestMessage = { id: this.next, request }
    this.next += 1
    return new Promise<Answer>((resolve, reject) => {
      this.waiting.set(message.id, { resolve, reject })
      this.started().postMessage(message)
    })
  }

  /** Everything under way is given up; what was read is forgotten. */
  restart(): void {
    this.worker?.terminate()
    this.worker = null
    this.failAll('superseded', 'superseded')
  }

  private started(): Worker {
    if (this.worker) return this.worker
    const worker = new EngineWorker()
    worker.addEventListener('message', ({ data }: MessageEvent<AnswerMessage>) => { this.settle(data) })
    worker.addEventListener('error', ({ message }) => { this.failAll(message, 'fault') })
    this.worker = worker
    return worker
  }

  private settle(message: AnswerMessage): void {
    const waiting = this.waiting.get(message.id)
    this.waiting.delete(message.id)
    if ('fault' in message) waiting?.reject(new NoAnswer(message.fault, 'fault'))
    else waiting?.resolve(message.answer)
  }

  private failAll(why: string, kind: 'superseded' | 'fault'): void {
    const all = [...this.waiting.values()]
    this.waiting.clear()
    for (const { reject } of all) reject(new NoAnswer(why, kind))
  }
}
