// The page in a browser: from a paste to its answer, against the engine alone in the same worker.
/* global Worker, document, Event, MutationObserver */
import { existsSync, readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import { median, root } from './timing.js'

const FILE = resolve(root, 'dist/web/index.html')
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', process.env['CHROMIUM'] ?? ''].find((path) => path !== '' && existsSync(path))

/** The file's size, and how soon it answers. */
export async function* pageAnswers() {
  yield { what: 'the page, packed', figure: `${Math.round(gzipSync(readFileSync(FILE)).length / 1000)} KB`, aim: 'under 350 KB', how: 'dist/web/index.html, gzip' }
  const what = 'first answer of the page after a paste / the engine alone in its worker'
  const pairs = await pageTimes(21)
  if (pairs === null) yield { what, figure: 'left out', how: 'there is no chromium' }
  else yield { what, figure: median(pairs.map((pair) => pair.page / pair.engine)).toFixed(2), how: `a pod's dump, ${pairs.length} pairs in one browser; ${Math.round(median(pairs.map((pair) => pair.page)))} ms until the answer stands there (aim: under 100 ms)` }
}

/** Keeps hold of the page's worker, to ask it what the page asks. */
function holdWorker() {
  const post = Worker.prototype.postMessage
  Worker.prototype.postMessage = function (message) {
    globalThis.engine ??= this
    return post.call(this, message)
  }
}

/** Milliseconds until the worker has read the text and walked the connection. */
async function engineAlone(text) {
  const form = { proto: 'tcp', from: '10.20.0.78', to: '10.20.0.77:18080', uid: '', gid: '', mark: '', podIp: '', istio: '' }
  const ask = (request) => new Promise((done) => {
    globalThis.engine.addEventListener('message', done, { once: true })
    globalThis.engine.postMessage({ id: -1, request })
  })
  const start = performance.now()
  await ask({ kind: 'read', side: 'b', files: [{ name: 'dump', content: text }], state: 0, istio: '' })
  await ask({ kind: 'walk', side: 'b', form, detail: 'text' })
  return performance.now() - start
}

/** Milliseconds from the paste to the answer on the page. */
function pasted(field, text) {
  return new Promise((done) => {
    const shown = () => document.querySelector('.answer-line') !== null
    const set = (value) => { field.value = value; field.dispatchEvent(new Event('input', { bubbles: true })) }
    set('')
    const emptied = new MutationObserver(() => {
      if (shown()) return
      emptied.disconnect()
      const start = performance.now()
      const answered = new MutationObserver(() => { if (shown()) { answered.disconnect(); done(performance.now() - start) } })
      answered.observe(document.body, { childList: true, subtree: true })
      set(text)
    })
    emptied.observe(document.body, { childList: true, subtree: true })
    if (!shown()) document.body.append(document.createComment('begin'))
  })
}

/** The times of so many pairs, behind a first that is not counted; null where there is no browser. */
async function pageTimes(runs) {
  if (CHROMIUM === undefined) return null
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.addInitScript(holdWorker)
    await page.goto(pathToFileURL(FILE).href)
    await page.waitForTimeout(2000)
    const text = readFileSync(resolve(root, 'examples/redirect/nat.txt'), 'utf8')
    const pairs = []
    for (let i = 0; i <= runs; i += 1) pairs.push({ page: await page.locator('textarea').evaluate(pasted, text), engine: await page.evaluate(engineAlone, text) })
    return pairs.slice(1)
  } finally {
    await browser.close()
  }
}
