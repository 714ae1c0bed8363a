import { EngineClient } from '../engine/engineClient.ts'
import type { LinkedSide, LinkState } from './linkState.ts'

export interface RedactedState {
  readonly state: LinkState
  /** How many names and addresses have others in their place. */
  readonly replaced: number
  readonly unsure: readonly string[]
}

/** The same state of nobody: rules and connection with other addresses, names and comments, the same on both sides. */
export async function redactedState(state: LinkState): Promise<RedactedState> {
  const engine = new EngineClient()
  try {
    for (const side of ['a', 'b'] as const) await engine.ask({ kind: 'read', side, files: state[side].files.map(({ name, text }) => ({ name, content: text })), state: state[side].state, istio: state.form.istio })
    const { texts: [a = '', b = ''], form, replaced, unsure } = await engine.ask({ kind: 'redact', sides: ['a', 'b'], form: state.form })
    return { state: { ...state, form, a: sideOf('redacted.txt', a), b: sideOf('redacted-after.txt', b) }, replaced, unsure }
  } finally {
    engine.restart()
  }
}

const sideOf = (name: string, text: string): LinkedSide => ({ files: text === '' ? [] : [{ name, text }], state: 0 })
