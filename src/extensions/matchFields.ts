import { parseAddress, printAddress } from '../net/address.ts'
import type { Family } from '../net/address.ts'
import type { Negatable } from '../netfilter/ruleset.ts'
import type { MatchField } from './declaredMatch.ts'
import { parseNumber } from './optionReader.ts'
import { printRange, readRange } from './numberRange.ts'
import { quoted } from './quoted.ts'

type Read = (text: string, family: Family) => string | null

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +')

/** Any word. */
export const word: Read = (text) => text

/** A number up to `max`, in decimal. */
export const upTo = (max: number): Read => (text) => {
  const value = parseNumber(text)
  return value !== null && value <= max ? `${value}` : null
}

/** A number up to 2^64, which a number of JavaScript cannot hold. */
export const count64: Read = (text) => (/^\d{1,20}$/.test(text) ? BigInt(text).toString() : null)

/** A number up to `max`, in hex of at least `digits`. */
export const hexUpTo = (max: number, digits: number): Read => (text) => {
  const value = parseNumber(text)
  return value !== null && value <= max ? `0x${value.toString(16).padStart(digits, '0')}` : null
}

/** "5", "5:9", ":9", "5:". */
export const range = (max: number): Read => (text) => {
  const found = readRange(text, max)
  return found && printRange(found)
}

/** A range that says nothing is left out. */
export const everything = (max: number) => ({ value, negated }: Negatable<string>): boolean => value === `0:${max}` && !negated

/** One of these words. */
export const oneOf = (...words: readonly string[]): Read => (text) => words.find((each) => each.toLowerCase() === text.toLowerCase()) ?? null

export const address: Read = (text, family) => {
  const found = parseAddress(text)
  return found?.family === family ? printAddress(found) : null
}

/** `--flag VALUE`, listed as "lead:VALUE", negated "lead:!VALUE"; `plural` names a range. */
export const cell = (flag: string, lead: string, read: Read, plural = lead): MatchField => ({
  flag,
  read,
  list: ({ value, negated }) => `${value.includes(':') ? plural : lead}${negated ? '!' : ''}${value}`,
  listed: new RegExp(`(?:${escaped(plural)}|${escaped(lead)})(!)?(\\S+)`),
})

/** `--flag VALUE`, listed as "lead VALUE", negated "lead ! VALUE". */
export const inner = (flag: string, lead: string, read: Read): MatchField => ({
  flag,
  read,
  list: ({ value, negated }) => `${lead} ${negated ? '! ' : ''}${value}`,
  listed: new RegExp(`${escaped(lead)} +(! +)?(\\S+)`),
})

/** `--flag VALUE`, listed as "lead VALUE", negated "! lead VALUE". */
export const outer = (flag: string, lead: string, read: Read): MatchField => ({
  flag,
  read,
  list: ({ value, negated }) => `${negated ? '! ' : ''}${lead} ${value}`,
  listed: new RegExp(`(! +)?${escaped(lead)} +(\\S+)`),
})

/** `--flag`, listed as a word, negated with "!" in front. */
export const bare = (flag: string, listed: string, bang: '!' | '! ' = '! '): MatchField => ({
  flag,
  words: 0,
  read: () => '',
  list: ({ negated }) => `${negated ? bang : ''}${listed}`,
  listed: new RegExp(`(${bang.trim()} *)?${escaped(listed)}(?= |$)`),
})

/** `--flag VALUE` that no listing shows. */
export const hidden = (flag: string, read: Read): MatchField => ({ flag, read, list: () => '', listed: null })

/** The value in quotes where it must be (xtables_save_string). */
export const savedQuoted = (field: MatchField): MatchField => ({ ...field, save: quoted })

/** The value always in quotes. */
export const alwaysQuoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
