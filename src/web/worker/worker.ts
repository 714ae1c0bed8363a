import { Engine } from './engine.ts'
import type { AnswerMessage, RequestMessage } from './protocol.ts'

const engine = new Engine()

const send = (message: AnswerMessage): void => { postMessage(message) }

addEventListener('message', ({ data }: MessageEvent<RequestMessage>) => {
  void answer(data)
})

async function answer({ id, request }: RequestMessage): Promise<void> {
  try {
    send({ id, answer: await engine.answer(request) })
  } catch (error) {
    send({ id, fault: error instanceof Error ? error.message : 'unknown' })
  }
}
