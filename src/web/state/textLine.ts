import { signal } from '@preact/signals'
import type { Signal } from '@preact/signals'
import type { SideStore } from './sideStore.ts'

/** A line somebody wants to see in the text field: counted from 1, and how often it was asked for. */
export interface WantedLine {
  readonly line: number
  readonly time: number
}

const wanted = new WeakMap<SideStore, Signal<WantedLine | null>>()

export function textLine(store: SideStore): Signal<WantedLine | null> {
  const line = wanted.get(store) ?? signal(null)
  wanted.set(store, line)
  return line
}

export function showLine(store: SideStore, line: number): void {
  const { value } = textLine(store)
  textLine(store).value = { line, time: (value?.time ?? 0) + 1 }
}
