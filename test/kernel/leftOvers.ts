import { existsSync } from 'node:fs'
import { runNow } from './run.ts'

/** Removes the namespaces of laboratories whose process was killed. */
export function removeLeftOvers(): void {
  const names = runNow(null, ['ip', 'netns', 'list']).out.match(/^cwlab-\d+\S*/gm) ?? []
  for (const name of names) {
    const pid = /^cwlab-(\d+)/.exec(name)?.[1] ?? ''
    if (!existsSync(`/proc/${pid}`)) runNow(null, ['ip', 'netns', 'del', name])
  }
}
