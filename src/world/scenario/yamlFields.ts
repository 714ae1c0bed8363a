import { isMap, isScalar, isSeq } from 'yaml'
import type { LineCounter, Node, YAMLMap } from 'yaml'
import { parseAddress } from '../../net/address.ts'
import type { Address } from '../../net/address.ts'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import type { Span } from '../../netfilter/span.ts'
import { nearWord } from './nearWord.ts'

/** Where a scenario's text is read from, and what is wrong with it. */
export interface YamlSource {
  readonly file: string
  readonly lines: LineCounter
  readonly problems: Diagnostic[]
}

/** Stands for an address that could not be read, which is a mistake of its own. */
export const NOBODY: Address = { family: 4, a: 0, b: 0, c: 0xffff, d: 0 }

export const spanAtNode = ({ file, lines }: YamlSource, node: Node | null | undefined): Span => {
  const [from = 0, to = from + 1] = node?.range ?? []
  const { line, col } = lines.linePos(from)
  return { file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, to - from) }
}

/** One mapping of a scenario: every field is asked for by name, and what nobody asks for is a mistake. */
export class YamlFields {
  readonly source: YamlSource
  /** What the mapping is, for messages: "pod sleep". */
  readonly what: string
  private readonly map: YAMLMap
  private readonly asked = new Set<string>()

  constructor(source: YamlSource, map: YAMLMap, what: string) {
    this.source = source
    this.map = map
    this.what = what
  }

  /** The mapping of a node; null, and a problem, for anything else. */
  static of(source: YamlSource, node: unknown, what: string): YamlFields | null {
    if (isMap(node)) return new YamlFields(source, node, what)
    source.problems.push({ code: 'scenario-shape', severity: 'error', message: `${what} must be a mapping (name: value)`, span: spanAtNode(source, isNode(node) ? node : null) })
    return null
  }

  get span(): Span {
    return spanAtNode(this.source, this.map)
  }

  node(key: string): Node | null {
    this.asked.add(key)
    const found: unknown = this.map.get(key, true)
    return isNode(found) ? found : null
  }

  refuse(node: Node | null, message: string): null {
    this.source.problems.push({ code: 'scenario-value', severity: 'error', message: `${this.what}: ${message}`, span: spanAtNode(this.source, node ?? this.map) })
    return null
  }

  text(key: string): string | null {
    const node = this.node(key)
    if (node === null) return null
    if (isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'number')) return String(node.source ?? node.value)
    return this.refuse(node, `${key} must be a text`)
  }

  flag(key: string): boolean | null {
    const node = this.node(key)
    if (node === null) return null
    return isScalar(node) && typeof node.value === 'boolean' ? node.value : this.refuse(node, `${key} is true or false`)
  }

  number(key: string, least: number, most: number): number | null {
    const node = this.node(key)
    if (node === null) return null
    if (isScalar(node) && typeof node.value === 'number' && Number.isInteger(node.value) && node.value >= least && node.value <= most) return node.value
    return this.refuse(node, `${key} must be a number from ${least} to ${most}`)
  }

  address(key: string): Address | null {
    const text = this.text(key)
    if (text === null) return null
    return parseAddress(text) ?? this.refuse(this.node(key), `${key}: ${JSON.stringify(text)} is no IP address`)
  }

  port(key: string): number | null {
    return this.number(key, 1, 65535)
  }

  /** A field that must be there; where it is not, that is told, and anything stands for it. */
  required<T>(key: string, read: T | null, instead: T): T {
    if (read === null && this.node(key) === null) this.refuse(null, `it has no ${key}`)
    return read ?? instead
  }

  /** "web.default:80", "10.0.0.1:80", "[fd00::1]:80": what stands before the last colon, and the port behind it. */
  endpoint(key: string): { readonly host: string; readonly port: number | null } {
    const text = this.text(key) ?? ''
    const found = /^(.*):(\d{1,5})$/.exec(text)
    return found ? { host: (found[1] ?? '').replace(/^\[|\]$/g, ''), port: Number(found[2]) } : { host: text, port: null }
  }

  choice<T extends string>(key: string, choices: readonly T[]): T | null {
    const text = this.text(key)
    if (text === null) return null
    return choices.find((each) => each === text) ?? this.refuse(this.node(key), `${key} is ${choices.join(' or ')}, not ${JSON.stringify(text)}`)
  }

  /** The items of a list; none for an absent one. */
  items(key: string): readonly Node[] {
    const node = this.node(key)
    if (node === null) return []
    if (isSeq(node)) return node.items.filter(isNode)
    this.refuse(node, `${key} must be a list (- item)`)
    return []
  }

  texts(key: string): readonly string[] {
    return this.items(key).flatMap((node) => (isScalar(node) && node.value !== null ? [String(node.value)] : (this.refuse(node, `${key} must be a list of texts`) ?? [])))
  }

  /** The fields of a mapping within this one, with the node of each. */
  entries(key: string): readonly { readonly name: string; readonly node: Node | null; readonly at: Node | null }[] {
    const node = this.node(key)
    if (node === null) return []
    if (!isMap(node)) {
      this.refuse(node, `${key} must be a mapping (name: value)`)
      return []
    }
    return node.items.map(({ key: name, value }) => ({ name: isScalar(name) ? String(name.value) : '', node: isNode(value) ? value : null, at: isNode(name) ? name : null }))
  }

  /** To be called when all fields were asked for. */
  close(): void {
    for (const { key } of this.map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (this.asked.has(name)) continue
      const near = nearWord(name, [...this.asked])
      this.refuse(isNode(key) ? key : null, `there is no field ${JSON.stringify(name)}${near === undefined ? ` (it has ${[...this.asked].join(', ')})` : `; did you mean ${near}?`}`)
    }
  }
}

/** A port that stands by itself in a list; null for what is no number at all, and, told, for one out of range. */
export function plainPort(source: YamlSource, node: Node, what: string): number | null {
  if (!isScalar(node) || typeof node.value !== 'number') return null
  if (Number.isInteger(node.value) && node.value >= 1 && node.value <= 65535) return node.value
  source.problems.push({ code: 'scenario-value', severity: 'error', message: `${what}: ${node.value} is no port (1 to 65535)`, span: spanAtNode(source, node) })
  return 1
}

const isNode = (value: unknown): value is Node => isMap(value) || isScalar(value) || isSeq(value)
