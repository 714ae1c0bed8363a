import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { openLink } from '../../src/web/share/linkCodec.ts'
import { chainwalk } from '../cli/chainwalk.ts'
import { connect, describePage, expectAnswer, paste, withPage } from './page.ts'
import type { Page } from 'playwright-core'

const NAT = readFileSync(resolve(import.meta.dirname, '../../examples/redirect/nat.txt'), 'utf8')
const REDIRECTED = '15006 Envoy inbound · original destination 10.20.0.77:18080 · app sees 127.0.0.6 · reply returns'

async function asked(page: Page): Promise<void> {
  await paste(page, NAT)
  await connect(page, { from: '10.20.0.78', to: '10.20.0.77:18080', uid: '' })
  await expectAnswer(page, REDIRECTED)
}

const link = (page: Page): Promise<string> => page.getByLabel('Link', { exact: true }).inputValue()

describePage('sharing', () => {
  it('a link opens as it was: texts, connection, answer and place', async () => {
    let shared = ''
    await withPage(async (page) => {
      await asked(page)
      for (let i = 0; i < 5; i += 1) await page.getByRole('button', { name: 'One step on' }).click()
      await page.getByRole('button', { name: 'Share' }).click()
      shared = await link(page)
      expect(await page.locator('dialog .command').innerText()).toBe('chainwalk trace pasted.txt --from 10.20.0.78 --to 10.20.0.77:18080')
      await page.getByRole('button', { name: 'Close', exact: true }).click()
    })
    await withPage(async (page) => {
      await expectAnswer(page, REDIRECTED)
      expect(await page.locator('textarea').inputValue()).toBe(NAT)
      expect(await page.locator('.player .count').getAttribute('data-position')).toBe('7')
    }, {}, new URL(shared).hash)
  })

  it.each([
    ['cut', '#1.7VjbbhoxEP2VkZ-SSLBgEm55qpRWfWilSm3Vl', 'This link is not whole'],
    ['of 50 MB', `#1.${deflateRawSync(Buffer.alloc(50_000_000, 0x20)).toString('base64url')}`, 'This link unpacks to more than 8.0 MB'],
    ['of the future', '#7.abc', 'another chainwalk'],
  ])('a link %s is refused, and the page is of use all the same', (_, fragment, said) => withPage(async (page) => {
    await expect.poll(() => page.locator('.notice').innerText()).toContain(said)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await asked(page)
  }, {}, fragment))

  it('redacted: the same answer, and nobody\'s addresses', async () => {
    let shared = ''
    await withPage(async (page) => {
      await page.locator('select.examples').first().selectOption('node')
      await expectAnswer(page, /^not captured/)
      await page.getByRole('button', { name: 'Share' }).click()
      await page.getByRole('checkbox', { name: /Redact first/ }).check()
      await expect.poll(() => page.locator('.shared').innerText()).toContain('names and addresses replaced')
      shared = await link(page)
    })
    const opened = await openLink(new URL(shared).hash)
    const text = JSON.stringify(opened)
    expect(text).not.toMatch(/203\.0\.113|10\.244\.1\.20|istio-system|cluster-ip/)
    await withPage(async (page) => { await expectAnswer(page, /^not captured · .* sees .* · reply returns$/) }, {}, new URL(shared).hash)
  })

  it('the Markdown holds what the command line prints', () => withPage(async (page) => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await asked(page)
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByRole('button', { name: 'Copy as Markdown' }).click()
    await expect.poll(() => page.locator('.copy').allInnerTexts()).toContainEqual(expect.stringContaining('Copied.'))
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    const { stdout } = chainwalk(['trace', '-', '--from', '10.20.0.78', '--to', '10.20.0.77:18080'], NAT)
    expect(copied.replaceAll('pasted.txt', '<stdin>')).toContain(stdout.trimEnd())
  }))
})
