import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { en } from '../../src/web/language/en.ts'
import { t, TABLES } from '../../src/web/language/language.ts'

it.each(Object.entries(TABLES))('%s has every word, none empty, with the same places to fill', (_, table) => {
  const places = (text: string): readonly string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).toSorted()
  expect(Object.keys(table).toSorted()).toEqual(Object.keys(en).toSorted())
  expect(Object.entries(table).filter(([, text]) => text.trim() === '')).toEqual([])
  expect(Object.entries(en).filter(([word, text]) => JSON.stringify(places(text)) !== JSON.stringify(places(Object.entries(table).find(([other]) => other === word)?.[1] ?? '')))).toEqual([])
})

it('fills in what is given', () => {
  expect(t('position', { n: 3, all: '<b>' })).toBe('Step 3 of <b>')
})

it('has no word that nothing says', () => {
  const folder = resolve(import.meta.dirname, '../../src/web')
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path) && !/language.(en|zh)\.ts$/.test(path)).map((path) => readFileSync(join(folder, path), 'utf8'))
  expect(Object.keys(en).filter((word) => !texts.some((text) => new RegExp(`['"]${word}['"]|t\\(${word}\\)`).test(text)))).toEqual([])
})
