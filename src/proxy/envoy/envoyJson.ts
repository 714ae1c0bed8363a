import { parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'
import type { Diagnostic } from '../../netfilter/diagnostic.ts'

/** A text that JSON is read from, and what was noticed in it. */
export class JsonSource {
  readonly file: string
  readonly text: string
  readonly diagnostics: Diagnostic[] = []
  private readonly lineEnds: readonly number[]

  constructor(file: string, text: string) {
    this.file = file
    this.text = text
    this.lineEnds = [...text.matchAll(/\n/g)].map(({ index }) => index)
  }

  /** The line an offset stands in, from 1. */
  lineAt(offset: number): number {
    let [low, high] = [0, this.lineEnds.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.lineEnds[middle] ?? 0) < offset) low = middle + 1
      else high = middle
    }
    return low + 1
  }

  say(code: string, severity: 'warning' | 'info', offset: number, message: string): void {
    this.diagnostics.push({ code, severity, message, span: { file: this.file, line: this.lineAt(offset), column: 1, length: 1 } })
  }
}

/** Deeper than any configuration; a parser that calls itself would end where the stack does. */
const MAX_DEPTH = 200

/** Lines that stand for something left out: "...", "# ...", "// ... omitted", "……". */
const ELISION = /^[^\S\n]*(?:(?:#|\/\/)[^\n]*|(?:\.{2,}|…+)[^\S\n]*,?)[^\S\n]*$/gm
const LEFT_OUT = /(?:#|\/\/)[^\S\n]*(?:\.{2,}|…)|^[^\S\n]*(?:\.{2,}|…)/m

/** A value of JSON as Envoy's tools print it: fields in snake_case or camelCase, some repeated. */
export class EnvoyJson {
  private readonly source: JsonSource
  private readonly node: Node | undefined
  /** Members of an object that a repeated key begins anew; null: all of them. */
  private readonly members: readonly Node[]

  constructor(source: JsonSource, node: Node | undefined, members: readonly Node[] = node?.type === 'object' ? (node.children ?? []) : []) {
    this.source = source
    this.node = node
    this.members = members
  }

  get kind(): Node['type'] | null {
    return this.node?.type ?? null
  }

  /** From 1. */
  get line(): number {
    return this.source.lineAt(this.members[0]?.offset ?? this.node?.offset ?? 0)
  }

  /** The field of this name, written either way. */
  get(name: string): EnvoyJson {
    const found = this.members.find((member) => camelCase(keyOf(member)) === name)
    return new EnvoyJson(this.source, found?.children?.[1])
  }

  has(name: string): boolean {
    return this.get(name).kind !== null
  }

  /** All values of an object's fields, with their names, or of an array. */
  entries(): readonly { readonly name: string; readonly value: EnvoyJson }[] {
    if (this.node?.type === 'array') return (this.node.children ?? []).map((child) => ({ name: '', value: new EnvoyJson(this.source, child) }))
    return this.members.map((member) => ({ name: camelCase(keyOf(member)), value: new EnvoyJson(this.source, member.children?.[1]) }))
  }

  /** The elements of an array; an object in it whose fields repeat is several, whose braces were lost. */
  items(): readonly EnvoyJson[] {
    if (this.node?.type !== 'array') return []
    return (this.node.children ?? []).flatMap((child) => {
      const parts = splitAtRepeated(child)
      if (parts.length > 1) this.noteRepeated(parts[1]?.[0] ?? child)
      return parts.length > 1 ? parts.map((members) => new EnvoyJson(this.source, child, members)) : [new EnvoyJson(this.source, child)]
    })
  }

  text(): string | null {
    return this.node?.type === 'string' ? String(this.node.value) : null
  }

  /** protobuf prints numbers of 64 bits as strings. */
  number(): number | null {
    const value: unknown = this.node?.value
    const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : NaN
    return Number.isSafeInteger(number) ? number : null
  }

  isTrue(): boolean {
    return this.node?.type === 'boolean' && this.node.value === true
  }

  texts(): readonly string[] {
    return this.items().flatMap((item) => item.text() ?? [])
  }

  private noteRepeated(at: Node): void {
    this.source.say('proxy-config-repeated', 'warning', at.offset, `the field ${JSON.stringify(keyOf(at))} stands twice in one object, which JSON does not have: it is taken to begin another one`)
  }
}

const keyOf = (member: Node): string => String(member.children?.[0]?.value ?? '')

/** "filter_chain_match" -> "filterChainMatch"; type URLs stay as they are. */
const camelCase = (key: string): string => (key.startsWith('@') ? key : key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()))

function splitAtRepeated(node: Node): readonly (readonly Node[])[] {
  if (node.type !== 'object') return []
  const parts: Node[][] = [[]]
  let seen = new Set<string>()
  for (const member of node.children ?? []) {
    const key = camelCase(keyOf(member))
    if (seen.has(key)) {
      parts.push([])
      seen = new Set()
    }
    seen.add(key)
    parts.at(-1)?.push(member)
  }
  return parts
}

/** Every JSON value in a text that begins on a line of its own; what stands around it is prose. Elided, commented and cut ones are read as far as they go. */
export function jsonValues(source: JsonSource): readonly EnvoyJson[] {
  // Pages print blanks that JSON does not have.
  const text = source.text.replace(/[\u00a0\u2000-\u200b\u3000\ufeff]/g, ' ').replace(ELISION, (line) => ' '.repeat(line.length))
  const found: EnvoyJson[] = []
  const start = /^[^\S\n]*([{[])[^\S\n]*(?=["{[\n}\]])/gm
  for (let match = start.exec(text); match; match = start.exec(text)) {
    const from = match.index + match[0].indexOf(match[1] ?? '{')
    const to = endOf(text, from)
    if (to === null) continue
    const node = parseTree(text.slice(from, to), [], { allowTrailingComma: true, allowEmptyContent: true })
    if (node) found.push(new EnvoyJson(source, shifted(node, from)))
    noteLeftOut(source, from, to)
    start.lastIndex = to
  }
  return found
}

/** Behind the bracket that closes the one at `from`, or the text's end; null where it nests too deep. */
function endOf(text: string, from: number): number | null {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '"') at = closingQuote(text, at)
    else if (letter === '/' && text[at + 1] === '/') at = (text.indexOf('\n', at) + 1 || text.length) - 1
    else if (letter === '{' || letter === '[') depth += 1
    else if (letter === '}' || letter === ']') depth -= 1
    if (depth > MAX_DEPTH) return null
    if (depth === 0) return at + 1
  }
  return text.length
}

function closingQuote(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"' || text[at] === '\n') return at
  }
  return text.length
}

/** Nodes know where they stand in the whole text. */
function shifted(node: Node, by: number): Node {
  return { ...node, offset: node.offset + by, ...(node.children && { children: node.children.map((child) => shifted(child, by)) }) }
}

function noteLeftOut(source: JsonSource, from: number, to: number): void {
  const at = source.text.slice(from, to).search(LEFT_OUT)
  if (at >= 0) source.say('proxy-config-elided', 'info', from + at, 'parts of the proxy\'s configuration are left out here; what stands there is not known')
}
