import { signal } from '@preact/signals'
import { shownSize } from '../views/shownSize.ts'
import { t } from '../language/language.ts'
import type { Example } from '../examples/examples.ts'
import type { GivenText } from '../worker/protocol.ts'
import { setForm } from './pageStore.ts'
import type { SideStore } from './sideStore.ts'

/** A longer text is not put into the field. */
export const MOST_TYPED = 200_000

/** No dump is longer. */
const MOST_READ = 200_000_000

/** What the page has to say once, above everything. */
export const notice = signal<string | null>(null)

/** A text was pasted or opened: short ones can be edited, long ones are held beside the field. */
export function giveText(side: SideStore, name: string, text: string): Promise<void> {
  if (text.length <= MOST_TYPED) return side.give({ name, text })
  return side.give({ name: 'pasted.txt', text: '' }, [{ name, content: text }])
}

/** Files were dropped or opened. */
export async function giveFiles(side: SideStore, files: readonly File[]): Promise<void> {
  const refused = files.find(({ size }) => size > MOST_READ)
  if (refused) {
    notice.value = t('tooLarge', { name: refused.name, size: shownSize(refused.size), most: shownSize(MOST_READ) })
    return
  }
  const [only, ...more] = files
  if (only && more.length === 0 && only.size <= MOST_TYPED && !isUtf16(new Uint8Array(await only.slice(0, 2).arrayBuffer()))) return giveText(side, only.name, await only.text())
  return side.give({ name: 'pasted.txt', text: '' }, files.map((file): GivenText => ({ name: file.name, content: file })))
}

const isUtf16 = ([first, second]: Uint8Array): boolean => (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)

/** Puts an example on a side; its connection comes with it. */
export async function giveExample(side: SideStore, { id, given, form }: Example): Promise<void> {
  setForm(form)
  if ('text' in given) return giveText(side, given.name, given.text)
  const { text } = await side.engine.ask({ kind: 'generate', ...given })
  if (text !== null) await giveText(side, `${id}.txt`, text)
}
