import { signal } from '@preact/signals'
import { EngineClient } from '../engine/engineClient.ts'
import type { DifferencesAnswer } from '../worker/protocol.ts'
import { form, sides } from './pageStore.ts'

/** What two rule sets treat differently: looked for in an engine of its own, so that it can be given up at any time. */
class DifferencesStore {
  readonly found = signal<DifferencesAnswer | null>(null)
  readonly looking = signal(false)
  private readonly engine = new EngineClient()

  async look(): Promise<void> {
    this.stop()
    this.looking.value = true
    try {
      for (const store of [sides.a, sides.b]) await this.engine.ask({ kind: 'read', side: store.side, files: store.files, state: store.state.value, istio: form.value.istio })
      this.found.value = await this.engine.ask({ kind: 'differences', podIp: form.value.podIp })
      this.looking.value = false
    } catch {
      // Given up: whoever gave it up has said what comes next.
    }
  }

  /** What was found is of other rules now. */
  stop(): void {
    this.engine.restart()
    this.found.value = null
    this.looking.value = false
  }
}

export const differencesStore = new DifferencesStore()
