import { batch } from '@preact/signals'
import type { Word } from '../language/en.ts'
import { t } from '../language/language.ts'
import { MOST_TYPED, notice } from '../state/give.ts'
import { form, lesson, room, setForm, sides } from '../state/pageStore.ts'
import type { SideStore } from '../state/sideStore.ts'
import { shownSize } from '../views/shownSize.ts'
import { MOST_INFLATED, openLink } from './linkCodec.ts'
import type { LinkedSide, LinkState } from './linkState.ts'

/** The page as a link has it. */
export async function pageState(): Promise<LinkState> {
  const [a, b] = await Promise.all([linkedSide(sides.a), linkedSide(sides.b)])
  return { room: room.value, form: form.value, a, b: room.value === 'compare' ? b : NOTHING, detail: sides.a.detail.value, position: sides.a.position.value, lesson: lesson.value }
}

const NOTHING: LinkedSide = { files: [], state: 0 }

async function linkedSide(store: SideStore): Promise<LinkedSide> {
  const files = await Promise.all(store.files.map(async ({ name, content }) => ({ name, text: typeof content === 'string' ? content : await content.text() })))
  return { files, state: store.state.value }
}

const REFUSALS = { corrupt: 'linkCorrupt', 'too-large': 'linkTooLarge', version: 'linkVersion' } as const satisfies Record<string, Word>

/** Opens what is behind the address's #; a link that is none is said to be none, and the page stays as it is. */
export async function openFragment(fragment: string): Promise<void> {
  const opened = await openLink(fragment)
  if (!opened) return
  if (opened.kind === 'refused') notice.value = t(REFUSALS[opened.why], { most: shownSize(MOST_INFLATED) })
  else await show(opened.state)
}

async function show(state: LinkState): Promise<void> {
  batch(() => {
    notice.value = null
    room.value = state.room
    lesson.value = state.lesson
    sides.a.detail.value = state.detail
    sides.a.wantedPosition = state.position
    setForm(state.form)
  })
  await Promise.all([giveLinked(sides.a, state.a), giveLinked(sides.b, state.b)])
}

function giveLinked(store: SideStore, { files, state }: LinkedSide): Promise<void> {
  const [only, ...more] = files
  const typed = only && more.length === 0 && only.text.length <= MOST_TYPED ? only : null
  return store.give(typed ?? { name: 'pasted.txt', text: '' }, typed ? [] : files.map(({ name, text }) => ({ name, content: text })), state)
}
