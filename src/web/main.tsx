import { effect } from '@preact/signals'
import { render } from 'preact'
import { EXAMPLES } from './examples/examples.ts'
import { language } from './language/language.ts'
import { openFragment } from './share/pageState.ts'
import { giveText } from './state/give.ts'
import { lessonStore } from './state/lessonStore.ts'
import { sides } from './state/pageStore.ts'
import { applyTheme } from './state/theme.ts'
import './style/page.css'
import './style/picture.css'
import { App } from './views/App.tsx'

/** Walks of an engine before it is as fast as it gets. */
const WARM_ROUNDS = 6

const page = document.getElementById('page')
if (page) render(<App />, page)
applyTheme()
effect(() => { document.documentElement.lang = language.value })
pasteAnywhere()
lessonStore.start()
void warmUp()
void openFragment(location.hash)
addEventListener('hashchange', () => { void openFragment(location.hash) })

/** A paste that no field takes is meant for the rules. */
function pasteAnywhere(): void {
  document.addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || text === '') return
    event.preventDefault()
    void giveText(sides.a, 'pasted.txt', text)
  })
}

/** The first walk of an engine is its slowest: one that nobody sees takes that time while the page is still empty. */
async function warmUp(): Promise<void> {
  const [example] = EXAMPLES
  if (!example || !('text' in example.given)) return
  const { engine } = sides.a
  for (let round = 0; round < WARM_ROUNDS && sides.a.isEmpty; round += 1) {
    await engine.ask({ kind: 'read', side: 'b', files: [{ name: 'example', content: example.given.text }], state: 0, istio: '' })
    if (sides.a.isEmpty) await engine.ask({ kind: 'walk', side: 'b', form: example.form, detail: 'text' })
  }
}
