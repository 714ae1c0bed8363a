import type { Placed } from './cleanLine.ts'

/** Beginnings that only rule text has, and the protocol and opt columns of a listing. */
const RULE_TEXT = /^\s*(?:[>$#]\s+)*(?:\[\d+:\d+\]\s|-[A-Z]\s|\S*ip6?tables|:[\w-]+\s|\*[a-z]+\s*$|Chain\s)|\s(?:--|-f)\s+\S+\s+\S/

/** The same before anything is undone, for a quick look at prose. */
const SHAPE = /^[\s>$#]*(?:[[［:：*＊\u2010-\u2015\uff0d\u2212-]|\S*(?:ip6?tables|Chain))|\s[\u2010-\u2015\uff0d\u2212-]{1,2}[\sf]/

/** False for most lines that are no rule text, whatever their punctuation. */
export const mayBeDamagedRule = (line: string): boolean => SHAPE.test(line)

/** Undoes what editors for prose do to dashes, quotes and punctuation, in lines that are rule text without it. */
export function plainPunctuation(line: readonly Placed[]): readonly Placed[] {
  if (!line.some(({ text }) => isTypographic(text.charCodeAt(0)))) return line
  const plain = replaced(line)
  return RULE_TEXT.test(plain.map(({ text }) => text).join('')) ? plain : line
}

/** Full-width forms, general punctuation, the minus sign. */
const isTypographic = (code: number): boolean => (code >= 0xff01 && code <= 0xff5e) || (code >= 0x2010 && code <= 0x201f) || code === 0x2212

function replaced(line: readonly Placed[]): Placed[] {
  let quote: string | null = null
  return line.flatMap(({ text, column }, i) => {
    const plain = plainForm(text, line[i - 1]?.text, line[i + 1]?.text, line[i + 2]?.text)
    if (quote === null ? plain === '"' || plain === "'" : plain === quote) quote = quote === null ? plain : null
    else if (quote !== null) return [{ text, column }]
    return [...plain].map((each) => ({ text: each, column }))
  })
}

function plainForm(text: string, before: string | undefined, next: string | undefined, second: string | undefined): string {
  const code = text.charCodeAt(0)
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  if (code >= 0x201c && code <= 0x201f) return '"'
  if (code >= 0x2018 && code <= 0x201b) return "'"
  if (code === 0x2013 || code === 0x2014) return dash(before, next, second)
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 ? '-' : text
}

/** A long dash stood for "--" before a long option and in the opt column, for "-" before "-j" and within a word. */
function dash(before: string | undefined, next: string | undefined, second: string | undefined): string {
  if (before !== undefined && before !== ' ') return '-'
  if (next === undefined || next === ' ') return '--'
  return /[a-z]/i.test(next) && second !== undefined && /[a-z]/i.test(second) ? '--' : '-'
}
