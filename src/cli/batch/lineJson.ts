import { UsageError } from '../usageError.ts'
import type { LineTask } from './task.ts'

/** What a line says; `where` is how messages name it. */
export function lineJson({ text }: LineTask, where: string): unknown {
  if (text === null) throw new UsageError(`${where}: this line is too long`, 'line-too-long')
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${where}: this line is no JSON`, 'bad-json')
  }
}
