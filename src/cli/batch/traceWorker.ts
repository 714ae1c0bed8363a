import { parentPort, workerData } from 'node:worker_threads'
import { answererOf } from './batchSetup.ts'

// The entry of a worker thread: it says that it is ready, and then answers each list of tasks with a list of lines.
const answer = await answererOf(workerData)
parentPort?.on('message', (tasks) => { void answer(tasks).then((answers) => { parentPort?.postMessage(answers) }) })
parentPort?.postMessage('ready')
