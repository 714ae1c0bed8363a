import type { Detail } from '../core.ts'
import { EMPTY_FORM, FORM_FIELDS } from '../worker/connectionForm.ts'
import type { ConnectionForm } from '../worker/connectionForm.ts'

export interface LinkedFile {
  readonly name: string
  readonly text: string
}

/** One rule set of a link. */
export interface LinkedSide {
  readonly files: readonly LinkedFile[]
  readonly state: number
}

/** All a link holds: what was given, what was asked, and where one stood. */
export interface LinkState {
  readonly room: 'walk' | 'compare' | 'lessons'
  readonly form: ConnectionForm
  readonly a: LinkedSide
  readonly b: LinkedSide
  readonly detail: Detail
  readonly position: number
  readonly lesson: string
}

const MOST_FILES = 50

/** Reads what a link held, field by field: nothing of another shape comes in. Null: it is no such state. */
export function readLinkState(value: unknown): LinkState | null {
  if (!isFields(value)) return null
  const [a, b] = [sideOf(value['a']), sideOf(value['b'])]
  const form = formOf(value['form'])
  const room = oneOf(value['room'], ['walk', 'compare', 'lessons'] as const)
  const detail = oneOf(value['detail'], ['minimal', 'text', 'full'] as const)
  const position = count(value['position'])
  const lesson = typeof value['lesson'] === 'string' && value['lesson'].length < 100 ? value['lesson'] : null
  if (!a || !b || !form || !room || !detail || position === null || lesson === null) return null
  return { room, form, a, b, detail, position, lesson }
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

const oneOf = <T extends string>(value: unknown, all: readonly T[]): T | null => all.find((each) => each === value) ?? null

const count = (value: unknown): number | null => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null)

function sideOf(value: unknown): LinkedSide | null {
  if (!isFields(value) || !Array.isArray(value['files']) || value['files'].length > MOST_FILES) return null
  const files = value['files'].map(fileOf)
  const state = count(value['state'])
  return state === null || files.includes(null) ? null : { files: files.filter((each) => each !== null), state }
}

function fileOf(value: unknown): LinkedFile | null {
  if (!isFields(value)) return null
  const { name, text } = value
  return typeof name === 'string' && name.length < 300 && typeof text === 'string' ? { name, text } : null
}

function formOf(value: unknown): ConnectionForm | null {
  if (!isFields(value)) return null
  const texts = FORM_FIELDS.map((field): readonly [string, unknown] => [field, value[field]])
  if (!texts.every(([, text]) => typeof text === 'string' && text.length < 300)) return null
  return { ...EMPTY_FORM, ...Object.fromEntries(texts.map(([field, text]) => [field, String(text)])) }
}
