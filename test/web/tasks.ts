import { expect } from 'vitest'
import type { Page } from 'playwright-core'

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Watches what the page's main thread does, in the time of its processor: other programs of the machine do not count. */
export async function tasksOf(page: Page): Promise<{ longest(): Promise<number> }> {
  const browser = page.context().browser() ?? expect.fail('no browser')
  await browser.startTracing(page, { categories: ['toplevel', '__metadata', 'disabled-by-default-devtools.timeline'] })
  return {
    /** Milliseconds of the longest task since; ends the watching. */
    longest: async () => {
      const { traceEvents }: { traceEvents: readonly TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString('utf8'))
      const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`))
      const tasks = traceEvents.filter(({ name, pid, tid }) => /RunTask$/.test(name) && main.has(`${pid} ${tid}`))
      expect(tasks.length).toBeGreaterThan(100)
      return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000))
    },
  }
}
