import type { Option, Word } from '../../grammar/ast.ts'
import type { Family } from '../net/address.ts'
import { servicePort } from '../net/service.ts'
import { protocolName } from '../net/protocol.ts'
import type { Negatable } from '../netfilter/ruleset.ts'
import type { PortRange } from '../net/portRange.ts'

/** Something an extension cannot take, and the word to blame. */
export interface OptionProblem {
  readonly message: string
  readonly word: Word
  /** What the word may stand for; "…" is any value. */
  readonly candidates?: readonly string[]
}

/**
 * The options of one match or target. Whatever an extension asks for and cannot have becomes a problem, and it gets
 * null or a harmless value: a rule with problems is kept as text and is unknown in a walk.
 */
export class OptionReader {
  private refused: OptionProblem[] | null = null
  readonly family: Family
  /** The rule's own `-p`, for names of services; null without one. */
  readonly protocol: number | null
  private readonly options: readonly Option[]
  private taken: Option[] | null = null

  constructor(options: readonly Option[], family: Family, protocol: number | null) {
    this.options = options
    this.family = family
    this.protocol = protocol
  }

  get problems(): readonly OptionProblem[] {
    return this.refused ?? NONE
  }

  /** The option under any of these spellings; the last one given counts, as getopt leaves it. */
  take(...flags: readonly string[]): Option | null {
    let found: Option | null = null
    for (const option of this.options) {
      if (!flags.includes(option.flag.text)) continue
      this.mark(option)
      found = option
    }
    return found
  }

  /** Every option under any of these spellings, as they stand: for what may be repeated. */
  takeAll(...flags: readonly string[]): readonly Option[] {
    const found = this.options.filter(({ flag }) => flags.includes(flag.text))
    for (const option of found) this.mark(option)
    return found
  }

  private mark(option: Option): void {
    if (!this.taken) this.taken = [option]
    else if (!this.taken.includes(option)) this.taken.push(option)
  }

  has(...flags: readonly string[]): boolean {
    return this.take(...flags) !== null
  }

  /** The option's first argument. */
  word(option: Option): string {
    const [word] = option.args
    if (!word) this.refuse(option.flag, `${option.flag.text} wants a value`)
    return word?.text ?? ''
  }

  /** A number in decimal, hex or octal as strtoul takes it, up to `max`. */
  number(option: Option, max: number): number {
    return this.parsedNumber(this.word(option), option, max)
  }

  private parsedNumber(text: string, option: Option, max: number): number {
    const value = parseNumber(text)
    if (value === null || value > max) {
      this.refuse(option.args[0] ?? option.flag, `${option.flag.text} takes a number from 0 to ${max}, not ${JSON.stringify(text)}`)
      return 0
    }
    return value
  }

  /** "80", "80:90", ":90", "80:", or a service name. */
  portRange(option: Option, separator: string): Negatable<PortRange> {
    const [first = '', last] = this.word(option).split(separator)
    if (last === undefined) {
      const port = this.port(first, option)
      return { value: { first: port, last: port }, negated: option.negated }
    }
    return { value: { first: this.port(first || '0', option), last: this.port(last || '65535', option) }, negated: option.negated }
  }

  port(text: string, option: Option): number {
    const port = servicePort(text, this.protocol === null ? null : protocolName(this.protocol))
    if (port === null) this.refuse(option.args[0] ?? option.flag, `${JSON.stringify(text)} is neither a port (0 to 65535) nor the name of a service`)
    return port ?? 0
  }

  /** "0x539" or "0x539/0xfff"; no mask is all ones. */
  masked(option: Option): MaskedValue {
    const [value = '', mask] = this.word(option).split('/')
    return {
      value: this.parsedNumber(value, option, 0xffffffff),
      mask: mask === undefined ? 0xffffffff : this.parsedNumber(mask, option, 0xffffffff),
    }
  }

  refuse(word: Word, message: string): void {
    this.refused = [...this.problems, { message, word }]
  }

  /** Every option was asked for. */
  get isDone(): boolean {
    return this.options.length === (this.taken?.length ?? 0)
  }

  /** Options nobody asked for. */
  left(): readonly Option[] {
    const { taken } = this
    return taken ? this.options.filter((option) => !taken.includes(option)) : this.options
  }
}

const NONE: readonly OptionProblem[] = []

export interface MaskedValue {
  readonly value: number
  readonly mask: number
}

/** A number as C's strtoul with base 0 takes it; null for anything else. */
export function parseNumber(text: string): number | null {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  if (/^0[xX][0-9a-fA-F]{1,13}$/.test(text)) return Number(text)
  if (/^0[0-7]+$/.test(text)) return parseInt(text, 8)
  return /^0\d{0,14}$/.test(text) ? Number(text) : null
}
