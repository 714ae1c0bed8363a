import type { JsonNode } from './argumentSyntax.ts'

/** A value of JSON or YAML, scalars being text: istio-iptables takes nothing but text. */
export type Plain = string | readonly Plain[] | PlainObject

export interface PlainObject {
  readonly [name: string]: Plain
}

/** No pod is nested deeper; what is, is left out. */
const MAX_DEPTH = 60

export function plainOf(node: JsonNode, depth = 0): Plain {
  if (node.kind === 'scalar') return node.token.value
  if (depth >= MAX_DEPTH) return ''
  if (node.kind === 'list') return node.items.map((item) => plainOf(item, depth + 1))
  return Object.fromEntries(node.members.map(({ name, value }) => [name.value, plainOf(value, depth + 1)]))
}

/** What JSON.parse or the yaml package made, as Plain; a YAML alias to what holds it is left out. */
export function toPlain(value: unknown, holders: readonly object[] = []): Plain {
  if (typeof value !== 'object' || value === null) return value === null || value === undefined ? '' : String(value)
  if (holders.length >= MAX_DEPTH || holders.includes(value)) return ''
  const within = [...holders, value]
  if (Array.isArray(value)) return value.map((item) => toPlain(item, within))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, toPlain(each, within)]))
}

export const isObject = (value: Plain | undefined): value is PlainObject => typeof value === 'object' && !Array.isArray(value)

export const isList = (value: Plain | undefined): value is readonly Plain[] => Array.isArray(value)

/** The texts of a list, null when it is no list of texts. */
export function textsOf(value: Plain | undefined): readonly string[] | null {
  if (!isList(value)) return null
  const texts = value.filter((each) => typeof each === 'string')
  return texts.length === value.length ? texts : null
}

/** The member of nested objects that these names lead to. */
export function at(value: Plain | undefined, ...names: readonly string[]): Plain | undefined {
  return names.reduce<Plain | undefined>((each, name) => (isObject(each) ? each[name] : undefined), value)
}
