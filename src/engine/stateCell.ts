import { enablePatches, produceWithPatches } from 'immer'
import type { Patch } from 'immer'
import type { Skb } from '../netfilter/skb.ts'
import type { NetnsState } from './state.ts'

enablePatches()

/** Holds a namespace's state. What a recipe does is the same in both kinds; only the bookkeeping differs. */
export interface StateCell {
  readonly state: NetnsState
  change(recipe: (draft: NetnsState) => void): void
  /** The same of the packet under way, if there is one. */
  changeSkb(recipe: (draft: Skb) => void): void
  /** The changes since the last call. */
  taken(): { readonly patches: readonly Patch[]; readonly inverse: readonly Patch[] }
}

const NOTHING = { patches: [], inverse: [] } as const

/** For a walk whose changes nobody undoes: made in place, without a record. */
export class PlainCell implements StateCell {
  readonly state: NetnsState
  constructor(state: NetnsState) {
    this.state = state
  }

  change(recipe: (draft: NetnsState) => void): void {
    recipe(this.state)
  }

  changeSkb(recipe: (draft: Skb) => void): void {
    if (this.state.skb) recipe(this.state.skb)
  }

  taken(): typeof NOTHING {
    return NOTHING
  }
}

/** For a walk that is stepped both ways: every state is immutable, every change a patch with its inverse. */
export class RecordedCell implements StateCell {
  private current: NetnsState
  private patches: Patch[] = []
  private inverse: Patch[] = []

  constructor(state: NetnsState) {
    this.current = state
  }

  get state(): NetnsState {
    return this.current
  }

  change(recipe: (draft: NetnsState) => void): void {
    const [next, patches, inverse] = produceWithPatches(this.current, (draft: NetnsState) => { recipe(draft) })
    this.current = next
    this.patches.push(...patches)
    this.inverse.unshift(...inverse)
  }

  changeSkb(recipe: (draft: Skb) => void): void {
    this.change(({ skb }) => { if (skb) recipe(skb) })
  }

  taken(): { patches: Patch[]; inverse: Patch[] } {
    const taken = { patches: this.patches, inverse: this.inverse }
    this.patches = []
    this.inverse = []
    return taken
  }
}
