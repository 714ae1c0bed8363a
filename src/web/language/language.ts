import { computed, signal } from '@preact/signals'
import { en } from './en.ts'
import type { Word } from './en.ts'
import { zh } from './zh.ts'

export type Language = 'en' | 'zh'

export const TABLES: Readonly<Record<Language, Readonly<Record<Word, string>>>> = { en, zh }

/** The browser's own, until somebody chooses. */
export const language = signal<Language>(browserLanguage())

function browserLanguage(): Language {
  return typeof navigator !== 'undefined' && navigator.languages.find((each) => /^(en|zh)/.test(each))?.startsWith('zh') ? 'zh' : 'en'
}

const words = computed(() => TABLES[language.value])

/** A word of the interface, with what is to stand in it. */
export function t(word: Word, values: Readonly<Record<string, string | number>> = {}): string {
  return words.value[word].replace(/\{(\w+)\}/g, (all, name: string) => `${values[name] ?? all}`)
}
