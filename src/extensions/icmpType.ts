/** A type, and the codes it is asked for with. */
export interface IcmpType {
  readonly type: number
  readonly firstCode: number
  readonly lastCode: number
}

export interface IcmpCondition extends IcmpType {
  readonly negated: boolean
}

/** The names of one ICMP's types and codes: `name type` or `name type/code`, in iptables' order. */
export class IcmpTypes {
  private readonly names: readonly (IcmpType & { readonly name: string })[]
  /** The type that stands for every message; null: there is none. */
  readonly any: number | null

  constructor(table: string, any: number | null) {
    this.any = any
    this.names = table.trim().split('\n').map((line) => {
      const [name = '', numbers = ''] = line.split(' ')
      const [type = '', code] = numbers.split('/')
      return { name, ...this.condition(Number(type), Number(code ?? 0), Number(code ?? 255)) }
    })
  }

  /** What is asked for; with the type for all, codes do not count. */
  condition(type: number, firstCode: number, lastCode: number): IcmpType {
    return type === this.any ? { type, firstCode: 0, lastCode: 255 } : { type, firstCode, lastCode }
  }

  isAny({ type }: IcmpType): boolean {
    return type === this.any
  }

  /** Reads a name, the unique beginning of one, "8" or "3/1" (xtables_parse_icmp); null for anything else. */
  read(text: string): IcmpType | null {
    const numbers = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text)
    if (numbers) {
      const [, type = '', code] = numbers
      return Number(type) <= 255 && Number(code ?? 0) <= 255 ? this.condition(Number(type), Number(code ?? 0), Number(code ?? 255)) : null
    }
    return this.named(text.toLowerCase())
  }

  private named(text: string): IcmpType | null {
    const begun = this.names.filter(({ name }) => name.toLowerCase().startsWith(text))
    const found = begun.find(({ name }) => name.toLowerCase() === text) ?? (begun.length === 1 ? begun[0] : undefined)
    return found && text !== '' ? { type: found.type, firstCode: found.firstCode, lastCode: found.lastCode } : null
  }

  nameOf({ type, firstCode, lastCode }: IcmpType): string | null {
    return this.names.find((each) => each.type === type && each.firstCode === firstCode && each.lastCode === lastCode)?.name ?? null
  }
}

/** "8", "3/1". */
export const rangeText = ({ type, firstCode, lastCode }: IcmpType, separator: string): string =>
  firstCode === 0 && lastCode === 255 ? `${type}` : `${type}${separator}${firstCode}`
