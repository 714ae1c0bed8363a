import { signal } from '@preact/signals'
import { EMPTY_FORM } from '../worker/connectionForm.ts'
import type { ConnectionForm } from '../worker/connectionForm.ts'
import type { Side, Suggestions } from '../worker/protocol.ts'
import { SideStore } from './sideStore.ts'
import type { Surroundings } from './sideStore.ts'

/** What the page is about at the moment. */
export type Room = 'walk' | 'compare' | 'lessons'

export type Panel = 'rules' | 'graph'

export const room = signal<Room>('walk')

/** Which lesson; "": the list of them. */
export const lesson = signal('')

export const panel = signal<Panel>('rules')

export const form = signal<ConnectionForm>(EMPTY_FORM)

/** Fields somebody has typed in: the text no longer fills them. */
const touched = new Set<keyof ConnectionForm>()

const surroundings: Surroundings = { form: () => form.value, hasRead: (side, { suggestions, states }) => { if (side === 'a' && states.length > 0) suggestForm(suggestions) } }

export const sides: Readonly<Record<Side, SideStore>> = { a: new SideStore('a', surroundings), b: new SideStore('b', surroundings) }

/** A field of the sentence is typed in. */
export function editForm(field: keyof ConnectionForm, value: string): void {
  touched.add(field)
  form.value = { ...form.value, [field]: value }
  // The version decides what arguments make.
  if (field === 'istio') reload()
  else rewalk()
}

/** The whole sentence at once: from an example, a link, or a difference's witness. */
export function setForm(next: ConnectionForm): void {
  for (const field of ['from', 'to'] as const) touched.add(field)
  form.value = next
  rewalk()
}

/** What nobody typed follows the text. */
function suggestForm({ from, to }: Suggestions): void {
  const [source, target] = [from[0]?.value, to[0]?.value]
  const next = { ...form.value }
  if (source !== undefined && !touched.has('from') && !touched.has('uid')) next.from = source
  if (target !== undefined && !touched.has('to')) next.to = target
  if (next.from === form.value.from && next.to === form.value.to) return
  form.value = next
}

export function rewalk(): void {
  for (const side of [sides.a, sides.b]) void side.rewalk()
}

export function reload(): void {
  for (const side of [sides.a, sides.b]) if (side.read.value !== null) void side.load()
}
