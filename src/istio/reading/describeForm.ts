import { readPodValues } from './container.ts'
import type { ArgumentsRead } from './readArguments.ts'

/** A pod has fewer containers. */
const MAX_CONTAINERS = 200

const indent = (line: string): number => line.length - line.trimStart().length

/** Reads `kubectl describe pod`: below "Args:", one argument a line, an empty one being an empty line. */
export function readDescribe(text: string): ArgumentsRead {
  const lines = text.split(/\r?\n/)
  const starts = lines.flatMap((line, index) => (/^\s*Args:\s*$/.test(line) ? [index] : [])).slice(0, MAX_CONTAINERS)
  return readPodValues(starts.map((start) => ({ args: argumentsBelow(lines, start), env: environmentNear(lines, start) })), 'describe')
}

function argumentsBelow(lines: readonly string[], start: number): readonly string[] {
  const own = indent(lines[start] ?? '')
  const below = lines.slice(start + 1)
  const end = below.findIndex((line) => line.trim() !== '' && indent(line) <= own)
  return (end < 0 ? below : below.slice(0, end)).map((line) => line.trim())
}

/** The "Environment:" of the same container: NAME: and the value, up to the next heading. */
function environmentNear(lines: readonly string[], start: number): readonly { readonly name: string; readonly value: string }[] {
  const own = indent(lines[start] ?? '')
  const after = lines.slice(start + 1)
  const container = after.findIndex((line) => line.trim() !== '' && indent(line) < own)
  const within = container < 0 ? after : after.slice(0, container)
  const heading = within.findIndex((line) => /^\s*Environment:/.test(line))
  if (heading < 0) return []
  const below = within.slice(heading + 1)
  const end = below.findIndex((line) => line.trim() !== '' && indent(line) <= own)
  return (end < 0 ? below : below.slice(0, end)).flatMap((line) => {
    const [, name, value] = /^\s*([A-Z_][A-Z0-9_]*):\s*(.*)$/.exec(line) ?? []
    return name !== undefined && value !== undefined ? [{ name, value: value.trim() }] : []
  })
}
