import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect } from 'vitest'

const FILE = resolve(import.meta.dirname, '../../dist/web/index.html')

export const PAGE_URL = pathToFileURL(FILE).href

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', process.env['CHROMIUM'] ?? ''].find((path) => path !== '' && existsSync(path))

/** Why no browser can be driven here; null: one can. */
const hindrance = CHROMIUM === undefined ? 'there is no chromium' : existsSync(FILE) ? null : 'dist/web/index.html is not built (npm run build)'

if (hindrance !== null && process.env['CHAINWALK_REQUIRE_ALL'] === '1') throw new Error(`the page cannot be tested: ${hindrance}`)

/** A page opened from disk, and all that left it or went wrong in it. */
export interface Opened {
  readonly page: Page
  /** Requests for anything but the file itself and what it holds. */
  readonly requests: readonly string[]
  readonly errors: readonly string[]
}

let browser: Browser | null = null

/** Tests that drive the built page in headless Chromium. */
export function describePage(name: string, tests: () => void): void {
  describe.skipIf(hindrance !== null)(hindrance === null ? name : `${name} (skipped: ${hindrance})`, () => {
    beforeAll(async () => { browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] }) })
    afterAll(async () => { await browser?.close() })
    tests()
  })
}

export async function openPage(options: BrowserContextOptions = {}, fragment = ''): Promise<Opened> {
  if (!browser) throw new Error('no browser was started')
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 }, locale: 'en-US', ...options })).newPage()
  page.setDefaultTimeout(8000)
  const requests: string[] = []
  const errors: string[] = []
  page.on('request', (request) => { if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(PAGE_URL)) requests.push(request.url()) })
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()) })
  await page.goto(`${PAGE_URL}${fragment}`)
  return { page, requests, errors }
}

/** Runs with a page of its own; nothing may leave it, and nothing may go wrong in it. */
export async function withPage(use: (page: Page) => Promise<void>, options: BrowserContextOptions = {}, fragment = ''): Promise<void> {
  const { page, requests, errors } = await openPage(options, fragment)
  try {
    await use(page)
    expect(requests).toEqual([])
    expect(errors).toEqual([])
  } finally {
    await page.context().close()
  }
}

/** Pastes as a user does: the event comes to the field with the clipboard's text. */
export async function paste(page: Page, text: string, field = 'textarea'): Promise<void> {
  await page.locator(field).first().evaluate((element, pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    // A browser puts the text into the field unless the page took it; an event made here does nothing by itself.
    if (element.dispatchEvent(event) && element instanceof HTMLTextAreaElement) {
      element.value = pasted
      element.dispatchEvent(new Event('input', { bubbles: true }))
    }
  }, text)
}

/** The sentence's places, by the words of their labels. */
export async function connect(page: Page, fields: Readonly<Record<'from' | 'to' | 'uid', string>>): Promise<void> {
  await page.getByRole('textbox', { name: /^User id/ }).or(page.getByRole('combobox', { name: /^User id/ })).fill(fields.uid)
  await page.getByRole('combobox', { name: /^From/ }).fill(fields.from)
  await page.getByRole('combobox', { name: /^To/ }).fill(fields.to)
}

/** The answer in one line, as the command line gives it. */
export const answer = (page: Page, side = 'a'): Promise<string | null> => page.locator(`#answer-${side} .answer-line`).getAttribute('data-line', { timeout: 500 })

/** Waits for an answer. */
export async function expectAnswer(page: Page, line: string | RegExp, side = 'a'): Promise<void> {
  await expect.poll(() => answer(page, side).catch(() => null), { timeout: 10_000 }).toMatch(line instanceof RegExp ? line : new RegExp(`^${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`))
}
