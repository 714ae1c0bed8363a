import { once } from 'node:events'
import type { Answer } from './task.ts'

/** How a batch went. */
export interface BatchCount {
  readonly answers: number
  readonly failed: number
}

/** Writes answers as lines, no faster than they are taken. */
export async function writeAnswers(groups: AsyncIterable<readonly Answer[]>, told: (text: string) => string): Promise<BatchCount> {
  let [answers, failed] = [0, 0]
  for await (const group of groups) {
    answers += group.length
    failed += group.filter((each) => each.failed).length
    if (!process.stdout.write(group.map(({ text }) => `${told(text)}\n`).join(''))) await once(process.stdout, 'drain')
  }
  return { answers, failed }
}
