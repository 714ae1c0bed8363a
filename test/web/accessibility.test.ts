import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { connect, describePage, expectAnswer, paste, withPage } from './page.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const TPROXY = ['mangle', 'nat'].map((name) => readFileSync(resolve(import.meta.dirname, `../../examples/tproxy/${name}.txt`), 'utf8')).join('\n')

interface Violation {
  readonly id: string
  readonly impact: string | null
  readonly nodes: readonly { readonly target: readonly unknown[] }[]
}

/** What axe finds serious or critical, by rule and place. */
async function serious(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  const { violations }: { violations: readonly Violation[] } = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ target }) => String(target)).join(' | ')}`)
}

async function walked(page: Page): Promise<void> {
  await paste(page, TPROXY)
  await connect(page, { from: '10.20.0.78', to: '10.20.0.77:18080', uid: '' })
  await expectAnswer(page, /app sees 10\.20\.0\.78/)
}

describePage('for everyone', () => {
  it.each(['light', 'dark'] as const)('axe finds nothing serious, %s', (colorScheme) => withPage(async (page) => {
    expect(await serious(page)).toEqual([])
    await walked(page)
    await page.locator('details').evaluateAll((all) => { for (const each of all) each.setAttribute('open', '') })
    for (let i = 0; i < 8; i += 1) await page.getByRole('button', { name: 'One step on' }).click()
    expect(await serious(page)).toEqual([])
    await page.getByRole('tab', { name: 'Graph' }).click()
    await page.locator('.cw-picture').waitFor()
    expect(await serious(page)).toEqual([])
    await page.getByRole('button', { name: 'Share' }).click()
    await page.getByLabel('Link', { exact: true }).waitFor()
    expect(await serious(page)).toEqual([])
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByRole('button', { name: 'REDIRECT', exact: true }).click()
    await expectAnswer(page, /app sees 127\.0\.0\.6/, 'b')
    await page.getByRole('button', { name: 'Find every difference' }).click()
    await page.locator('.differences table').waitFor({ timeout: 30_000 })
    expect(await serious(page)).toEqual([])
    await page.getByRole('button', { name: 'Lessons' }).click()
    await page.locator('.lesson-list button').first().click()
    await page.locator('.choice').first().click()
    expect(await serious(page)).toEqual([])
  }, { colorScheme }))

  it('on a phone nothing is wider than the screen', () => withPage(async (page) => {
    await walked(page)
    const wide = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    expect(await wide()).toBe(0)
    await page.getByRole('tab', { name: 'Graph' }).click()
    await page.locator('.cw-picture').waitFor()
    expect(await wide()).toBe(0)
    await page.getByRole('button', { name: 'Compare' }).click()
    expect(await wide()).toBe(0)
    expect(await serious(page)).toEqual([])
  }, { viewport: { width: 360, height: 740 }, hasTouch: true }))

  it('by keyboard alone: from the text to the answer, its steps, and the rules', () => withPage(async (page) => {
    await walked(page)
    const steps = page.getByRole('listbox', { name: 'Steps' })
    await steps.focus()
    const position = (): Promise<string | null> => page.locator('.player .count').getAttribute('data-position')
    await page.keyboard.press('Home')
    expect(await position()).toBe('0')
    for (let i = 0; i < 5; i += 1) await page.keyboard.press('ArrowDown')
    expect(await position()).toBe('5')
    const active = await steps.getAttribute('aria-activedescendant')
    expect(await page.locator(`[id="${active}"]`).getAttribute('aria-selected')).toBe('true')
    await page.keyboard.press('End')
    expect(await position()).toBe(await page.locator('.player .count').getAttribute('data-count'))
    await page.getByRole('tab', { name: 'Rules' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { name: 'Graph' }).getAttribute('aria-selected')).toBe('true')
    await page.locator('.cw-picture').waitFor()
    await page.keyboard.press('Tab')
    await expect.poll(() => page.evaluate(() => document.activeElement?.closest('.graph-view') !== null)).toBe(true)
  }))

  it('the page speaks the browser\'s language, and another when it is asked to', () => withPage(async (page) => {
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('zh')
    expect(await page.getByRole('button', { name: '对比' }).isVisible()).toBe(true)
    await page.getByRole('button', { name: '课程' }).click()
    await expect.poll(() => page.locator('.lesson-list').innerText()).toContain('REDIRECT 如何拦截入站连接')
    await page.getByRole('button', { name: 'English' }).click()
    await expect.poll(() => page.locator('.lesson-list').innerText()).toContain('How REDIRECT catches inbound connections')
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('en')
  }, { locale: 'zh-CN' }))

  it('whoever wants no motion sees none', () => withPage(async (page) => {
    await walked(page)
    expect(await page.locator('.step').first().evaluate((element) => getComputedStyle(element).transitionDuration)).toBe('0s')
  }, { reducedMotion: 'reduce' }))
})
