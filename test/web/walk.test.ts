import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { connect, describePage, expectAnswer, paste, withPage } from './page.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const read = (path: string): string => readFileSync(resolve(ROOT, path), 'utf8')

const SEED = read('test/seeds/data/source-ip.txt')

const INBOUND = { from: '10.20.0.78', to: '10.20.0.77:18080', uid: '' }
const REDIRECTED = '15006 Envoy inbound · original destination 10.20.0.77:18080 · app sees 127.0.0.6 · reply returns'
const TPROXIED = '15006 Envoy inbound · original destination 10.20.0.77:18080 · app sees 10.20.0.78 · reply returns'

describePage('the page', () => {
  it('answers for the seed dumps, REDIRECT and TPROXY, as soon as they are pasted', () => withPage(async (page) => {
    await paste(page, SEED)
    await connect(page, INBOUND)
    await expectAnswer(page, REDIRECTED)
    await expect.poll(() => page.locator('.chip.strong').allTextContents()).toEqual(['Istio', 'REDIRECT'])
    await page.getByLabel('State of the rules').selectOption('1')
    await expectAnswer(page, TPROXIED)
    expect(await page.locator('.chip.strong').allTextContents()).toEqual(['Istio', 'TPROXY'])
  }))

  it.each([
    ['10.20.0.78', '10.20.0.77:15021', '', 'not captured · Envoy'],
    ['10.20.0.78', '10.20.0.77:15020', '', 'not captured · agent (port 15020) sees 10.20.0.78 · reply returns'],
    ['10.20.0.78', '10.20.0.77:22', '', 'not captured · app sees 10.20.0.78 · reply returns'],
    ['', '10.20.0.77:18080', '1337', '15006 Envoy inbound · original destination 10.20.0.77:18080 · app sees 127.0.0.6 · reply returns'],
    ['', '151.101.65.67:443', '1000', '15001 Envoy outbound · original destination 151.101.65.67:443 · 151.101.65.67:443 sees 10.20.0.77 · reply returns'],
    ['', '151.101.65.67:443', '1337', 'not captured · 151.101.65.67:443 sees 10.20.0.77 · reply returns'],
    ['', '127.0.0.1:18080', '1000', 'not captured · app sees 127.0.0.1 · reply returns'],
  ])('the seed, from "%s" to %s as uid "%s": %s', (from, to, uid, line) => withPage(async (page) => {
    await paste(page, SEED)
    await page.getByText('More', { exact: true }).click()
    await page.getByLabel('Pod address').fill('10.20.0.77')
    await connect(page, { from, to, uid })
    await expectAnswer(page, line === 'not captured · Envoy' ? /^15021 Envoy · / : line)
  }))

  it('steps to the end, and back to the state it began with', () => withPage(async (page) => {
    await paste(page, SEED)
    await connect(page, INBOUND)
    await expectAnswer(page, REDIRECTED)
    const state = page.locator('.packet-state')
    await page.getByRole('button', { name: 'To the start' }).click()
    await expect.poll(() => state.innerText()).toMatch(/No packet yet/)
    const start = await state.innerText()
    const seen: string[] = []
    const count = Number(await page.locator('.player .count').getAttribute('data-count'))
    for (let step = 1; step <= count; step += 1) {
      await page.getByRole('button', { name: 'One step on' }).click()
      await state.locator(`xpath=self::*[@data-frame="${step}"]`).waitFor()
      seen.push(await state.innerText())
    }
    expect(await page.getByRole('button', { name: 'One step on' }).isDisabled()).toBe(true)
    expect(seen.some((text) => text.includes('DNAT 10.20.0.77:18080 → 10.20.0.77:15006'))).toBe(true)
    for (let step = count - 1; step >= 1; step -= 1) {
      await page.getByRole('button', { name: 'One step back' }).click()
      await state.locator(`xpath=self::*[@data-frame="${step}"]`).waitFor()
      expect(withoutChanges(await state.innerText())).toBe(withoutChanges(seen[step - 1] ?? ''))
    }
    await page.getByRole('button', { name: 'One step back' }).click()
    await expect.poll(() => state.innerText()).toBe(start)
  }))

  it('marks in the user\'s own text what held and what failed', () => withPage(async (page) => {
    await paste(page, SEED)
    await connect(page, INBOUND)
    await expectAnswer(page, REDIRECTED)
    const failed = page.locator('.rules-view .failed')
    await expect.poll(() => failed.allTextContents()).toEqual(['tcp dpt:15008', 'tcp dpt:ssh', 'tcp dpt:15090', 'tcp dpt:15021', 'tcp dpt:15020'])
    expect(await page.locator('.rules-view .rule.matched .held').allTextContents()).toEqual(expect.arrayContaining(['tcp', 'lo', '127.0.0.6']))
  }))

  it('says what is wrong with a connection beside its place, and walks on when it is right', () => withPage(async (page) => {
    await paste(page, SEED)
    await connect(page, { ...INBOUND, to: '10.20.0.77:99999' })
    await expect.poll(() => page.locator('.issue').allTextContents()).toEqual(['has no port from 0 to 65535'])
    await connect(page, INBOUND)
    await expectAnswer(page, REDIRECTED)
    expect(await page.locator('.issue').count()).toBe(0)
  }))

  it('a node\'s rules: every way with its chance', () => withPage(async (page) => {
    await paste(page, read('examples/node/rules.txt'))
    await connect(page, { from: '203.0.113.7', to: '203.0.113.80:80', uid: '' })
    await expect.poll(() => page.locator('.way').allTextContents()).toEqual(['1 50 %', '2 50 %'])
    await page.locator('.way').nth(1).click()
    await expectAnswer(page, 'not captured · 10.244.2.20:8443 sees 192.0.2.2 · reply returns')
  }))

  it.each(['mode-redirect', 'mode-tproxy', 'mode-ambient', 'mode-none', 'excluded-port', 'app-as-1337', 'localhost-only', 'no-tproxy-route', 'arguments'])('the example %s is answered', (id) => withPage(async (page) => {
    await page.locator('select.examples').first().selectOption(id)
    await expectAnswer(page, EXAMPLE_ANSWERS[id] ?? /^$/)
  }))

  it('files dropped together add up', () => withPage(async (page) => {
    await page.locator('input[type=file]').setInputFiles(['examples/tproxy/mangle.txt', 'examples/tproxy/nat.txt'].map((path) => resolve(ROOT, path)))
    await expectAnswer(page, TPROXIED)
    expect(await page.locator('.attachments .name').allTextContents()).toEqual(['mangle.txt', 'nat.txt'])
  }))
})

const EXAMPLE_ANSWERS: Readonly<Record<string, RegExp>> = {
  'mode-redirect': /^15006 Envoy inbound .* app sees 127\.0\.0\.6/, 'mode-tproxy': /^15006 Envoy inbound .* app sees 10\.20\.0\.78/, 'mode-ambient': /^15006 ztunnel inbound .* app sees 10\.20\.0\.78/, 'mode-none': /^not captured · app sees 10\.20\.0\.78/,
  'excluded-port': /^not captured · agent \(port 15020\)/, 'app-as-1337': /^not captured · 203\.0\.113\.9:443 sees 10\.20\.0\.77/, 'localhost-only': /the proxy's own dial to 10\.20\.0\.77:18080: refused/, 'no-tproxy-route': /the proxy's own dial to 10\.20\.0\.77:18080: timeout/,
  arguments: /^15006 Envoy inbound .* app sees 127\.0\.0\.6/,
}

const withoutChanges = (text: string): string => text.replace(/ ?changed\n?/g, '')
