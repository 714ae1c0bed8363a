import type { Word } from '../../grammar/ast.ts'
import type { EndChoices } from './endChoices.ts'
import type { Family } from '../net/address.ts'

export type ListedLine = Pick<ListingCursor, 'line' | 'family' | 'protocol' | 'ends'>

/** Walks over the words behind a listing rule's columns; an extension moves it past what it recognises. */
export class ListingCursor {
  position = 0
  readonly words: readonly Word[]
  readonly family: Family
  /** The rule's protocol column, for names of services; null for all. */
  readonly protocol: number | null
  /** The whole line, for texts in which blanks matter (comments). */
  readonly line: string
  /** Which mark ends each comment: nothing in a comment is escaped. */
  readonly ends: EndChoices

  constructor(words: readonly Word[], { line, family, protocol, ends }: ListedLine) {
    this.words = words
    this.line = line
    this.family = family
    this.protocol = protocol
    this.ends = ends
  }

  get done(): boolean {
    return this.position >= this.words.length
  }

  peek(ahead = 0): string | null {
    return this.words[this.position + ahead]?.text ?? null
  }

  next(): string | null {
    const text = this.peek()
    if (text !== null) this.position += 1
    return text
  }

  /** Moves past these words if all of them stand here. */
  skip(...texts: readonly string[]): boolean {
    if (!texts.every((text, i) => this.peek(i) === text)) return false
    this.position += texts.length
    return true
  }

  /** Moves past a word that begins with `prefix`, and gives what follows it in that word. */
  suffix(prefix: string): string | null {
    const text = this.peek()
    if (!text?.startsWith(prefix)) return null
    this.position += 1
    return text.slice(prefix.length)
  }

  /** Moves past what an anchored pattern matches in the line from here on, if that ends where a word ends. */
  take(pattern: RegExp): RegExpExecArray | null {
    const start = this.words[this.position]
    const found = start ? pattern.exec(this.line.slice(start.column - 1)) : null
    if (!start || !found || found.index > 0 || found[0] === '') return null
    const end = start.column + found[0].length
    const last = this.words.findIndex((word, i) => i >= this.position && word.column + word.length >= end)
    const word = this.words[last]
    if (word?.column === undefined || word.column + word.length !== end) return null
    this.position = last + 1
    return found
  }
}

/** Ports, hosts and users as names (`iptables -L`) or as numbers (`iptables -nL`). */
export type ListingStyle = 'names' | 'numbers'
