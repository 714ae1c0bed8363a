// A worker that answers every task by its text, and dies of some of them.
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', (tasks) => {
  const texts = tasks.map(({ text }) => text)
  if (texts.includes('throws')) throw new Error('thrown on purpose')
  if (texts.includes('ends')) process.exit(3)
  parentPort?.postMessage(texts.map((text) => ({ text: `answer to ${text}`, failed: false })))
})
parentPort?.postMessage('ready')
