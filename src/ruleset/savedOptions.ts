import type { Option, Word } from '../../grammar/ast.ts'
import { onceFor } from './onceFor.ts'

const BLANK = 0x20
const BANG = 0x21
const QUOTE = 0x22
const DASH = 0x2d

/** The options of one extension, from a place on; null where a word is none of its own, or lacks its values. */
export function savedOptions(text: string, from: number, counts: Counts): Option[] | null {
  const words = new OptionWords(text, from, flagsOf(counts))
  const first = words.option()
  if (!first || words.at >= text.length) return first && [first]
  const options = [first]
  while (words.at < text.length) {
    const option = words.option()
    if (!option) return null
    options.push(option)
  }
  return options
}

/** A flag of an extension, and how many values it takes. */
interface SavedFlag {
  readonly word: SavedWord
  readonly count: number
}

/** How many values each flag of an extension takes. */
type Counts = Readonly<Record<string, number>>

const flagsOf = onceFor((counts: Counts) => Object.entries(counts).map(([text, count]): SavedFlag => ({ word: { type: 'bare', text, column: 0, length: 0 }, count })))

/** The words of an extension's options one after the other. Lists of one are made as such: a list that grows begins with room for many. */
class OptionWords {
  at: number
  private readonly text: string
  private readonly flags: readonly SavedFlag[]

  constructor(text: string, at: number, flags: readonly SavedFlag[]) {
    this.text = text
    this.at = at
    this.flags = flags
  }

  option(): Option | null {
    const negated = this.text.charCodeAt(this.at) === BANG && this.text.charCodeAt(this.at + 1) === BLANK
    if (negated) this.at += 2
    const found = this.flag()
    if (!found) return null
    this.at += found.word.text.length + 1
    const args = found.count === 0 ? NO_WORDS : this.values(found.count)
    return args && { flag: found.word, negated, args }
  }

  private flag(): SavedFlag | null {
    for (const flag of this.flags) {
      const end = this.at + flag.word.text.length
      if (this.text.startsWith(flag.word.text, this.at) && (end === this.text.length || this.text.charCodeAt(end) === BLANK)) return flag
    }
    return null
  }

  private values(count: number): SavedWord[] | null {
    const first = this.value()
    if (count === 1 || !first) return first && [first]
    const values = [first]
    while (values.length < count) {
      const value = this.value()
      if (!value) return null
      values.push(value)
    }
    return values
  }

  /** A "!" belongs to what follows, and what begins with a dash may be a flag. */
  private value(): SavedWord | null {
    const { text, at } = this
    if (at >= text.length || text.charCodeAt(at) === DASH) return null
    const word = wordAt(text, at)
    if (word.type === 'bare' && word.text === '!') return null
    this.at += word.text.length + (word.type === 'quoted' ? 3 : 1)
    return word
  }
}

const NO_WORDS: readonly SavedWord[] = []

interface SavedWord extends Word {
  readonly type: 'bare' | 'quoted'
}

function wordAt(text: string, at: number): SavedWord {
  const quoted = text.charCodeAt(at) === QUOTE
  const found = text.indexOf(quoted ? '"' : ' ', at + 1)
  const end = found < 0 ? text.length : found
  return { type: quoted ? 'quoted' : 'bare', text: text.slice(quoted ? at + 1 : at, end), column: 0, length: 0 }
}
