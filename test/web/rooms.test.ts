import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { chainwalk } from '../cli/chainwalk.ts'
import { connect, describePage, expectAnswer, PAGE_URL, paste, withPage } from './page.ts'

const example = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')

describePage('comparing', () => {
  it('two modes of the same arguments: both answers, and every difference as the command line finds it', () => withPage(async (page) => {
    await page.getByRole('button', { name: 'Compare' }).click()
    await paste(page, example('redirect/nat.txt'))
    await connect(page, { from: '10.20.0.78', to: '10.20.0.77:18080', uid: '' })
    await page.getByRole('button', { name: 'TPROXY', exact: true }).click()
    await expectAnswer(page, /app sees 127\.0\.0\.6/, 'a')
    await expectAnswer(page, /app sees 10\.20\.0\.78/, 'b')
    expect(await page.locator('.same').innerText()).toBe('Another answer.')
    await page.getByRole('button', { name: 'Find every difference' }).click()
    await page.locator('.differences table').waitFor({ timeout: 30_000 })
    const rows = await page.locator('.differences tbody tr').count()
    const { stdout } = chainwalk(['diff', 'examples/redirect/nat.txt', '-'], await page.locator('textarea').nth(1).inputValue())
    expect(stdout).toMatch(new RegExp(`^${rows} regions fare differently`))
    await page.locator('.differences tbody button').first().click()
    await expect.poll(() => page.locator('.same').innerText()).toBe('Another answer.')
    await page.getByRole('button', { name: 'REDIRECT', exact: true }).click()
    await expect.poll(() => page.locator('.same').innerText()).toBe('The same answer.')
    await page.getByRole('button', { name: 'Find every difference' }).click()
    await expect.poll(() => page.locator('.found').innerText(), { timeout: 30_000 }).toContain('Every connection fares alike.')
  }))
})

describePage('lessons', () => {
  it('tell a right answer from a wrong one, and lead to the walk', () => withPage(async (page) => {
    await page.getByRole('button', { name: 'Lessons' }).click()
    await expect.poll(() => page.locator('.lesson-list li').count()).toBeGreaterThan(5)
    await page.locator('.lesson-list button').first().click()
    await page.getByRole('button', { name: '15001', exact: true }).click()
    expect(await page.locator('.verdict').innerText()).toBe('No, it is: 15006')
    expect(await page.locator('.revealed').innerText()).toContain('15001 is for what the pod sends.')
    await page.getByRole('button', { name: 'Next', exact: true }).click()
    await page.locator('.choice', { hasText: '--dport 15021' }).or(page.locator('.choice', { hasText: '--dport 15020' })).first().click()
    await page.locator('.verdict').waitFor()
    const right = (await page.locator('.choice.right').innerText()).trim()
    expect(right).toContain('--dport 15020')
    await page.getByRole('button', { name: 'Walk it step by step' }).click()
    await expectAnswer(page, 'not captured · agent (port 15020) sees 10.20.0.78 · reply returns')
  }))

  it('count what was right', () => withPage(async (page) => {
    await page.getByRole('button', { name: 'Lessons' }).click()
    await page.locator('.lesson-list button').first().click()
    for (const choice of ['15006', 'nat: -A ISTIO_INBOUND -p tcp -m tcp --dport 15020 -j RETURN', '15001']) {
      await page.getByRole('button', { name: choice, exact: true }).click()
      await page.getByRole('button', { name: 'Next', exact: true }).click()
    }
    expect(await page.locator('.verdict').innerText()).toBe('2 of 3 right.')
    await page.getByRole('button', { name: /^Next lesson/ }).click()
    await expect.poll(() => page.locator('.lesson h2').innerText()).toContain('outbound')
  }))
})

describePage('the graph', () => {
  it('lights the way, marks what failed, and shows the current rule', () => withPage(async (page) => {
    await paste(page, example('redirect/nat.txt'))
    await connect(page, { from: '10.20.0.78', to: '10.20.0.77:18080', uid: '' })
    await expectAnswer(page, /15006/)
    await page.getByRole('tab', { name: 'Graph' }).click()
    await expect.poll(() => page.locator('.cw-picture .order').allTextContents()).toEqual(expect.arrayContaining(['1', '2', '3', '4', '5', '6']))
    expect(await page.locator('.cw-picture .missed').count()).toBe(5)
    expect(await page.locator('.cw-picture .lit .name').allTextContents()).toEqual(expect.arrayContaining(['ISTIO_INBOUND', 'ISTIO_IN_REDIRECT', 'ISTIO_OUTPUT']))
    expect(await page.locator('.cw-picture .heat').count()).toBeGreaterThan(3)
    expect(await page.locator('.here-row').count()).toBe(0)
    await page.getByRole('option', { name: /PREROUTING 1/ }).click()
    await expect.poll(() => page.locator('.here-row').count()).toBe(1)
    const scaled = (): Promise<string | null> => page.locator('.zoom-box svg > g').getAttribute('transform')
    const before = await scaled()
    await page.getByRole('button', { name: 'Closer' }).click()
    expect(await scaled()).not.toBe(before)
  }))

  it('is saved as SVG and PNG', () => withPage(async (page) => {
    await paste(page, example('redirect/nat.txt'))
    await expectAnswer(page, /15006/)
    await page.getByRole('button', { name: 'Share' }).click()
    for (const [button, start] of [['Save the graph as SVG', '<svg xmlns='], ['Save the graph as PNG', '\x89PNG']] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button }).click()])
      const path = await download.path()
      expect(readFileSync(path).toString('latin1').startsWith(start)).toBe(true)
      expect(statSync(path).size).toBeGreaterThan(5000)
    }
  }))
})

describePage('the file', () => {
  it('is one file of less than 350 KB packed, and names nothing outside', () => {
    const html = readFileSync(fileURLToPath(PAGE_URL))
    const packed = gzipSync(html).length
    console.log(`the page: ${Math.round(packed / 1000)} KB packed`)
    expect(packed).toBeLessThan(350_000)
    expect(html.toString('utf8').match(/<(?:script|link|img|iframe)\b[^>]*(?:src|href)="(?!data:)[^"]*"/g)).toBeNull()
  })

  it('answers a seed\'s dump within a moment of the paste', () => withPage(async (page) => {
    // Warm, as the page is when somebody comes back from the terminal.
    await page.waitForTimeout(1500)
    const took = await page.locator('textarea').evaluate((field, text) => new Promise<number>((resolve) => {
      const start = performance.now()
      new MutationObserver(() => { if (document.querySelector('.answer-line')) resolve(performance.now() - start) }).observe(document.body, { childList: true, subtree: true })
      if (field instanceof HTMLTextAreaElement) field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
    }), example('redirect/nat.txt'))
    console.log(`first answer ${Math.round(took)} ms after the paste`)
    await expectAnswer(page, /^15006 Envoy inbound · /)
    expect(took).toBeGreaterThan(0)
  }))
})
