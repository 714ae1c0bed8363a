import { parseJson } from './argumentSyntax.ts'
import { readPodValues } from './container.ts'
import { plainOf, toPlain } from './plain.ts'
import type { ArgumentsRead } from './readArguments.ts'

/** Reads JSON: the array, its elements, a container, several of them one after another, or a whole pod. */
export function readJson(text: string, file: string): ArgumentsRead {
  const { value, diagnostics } = parseJson(text, file)
  if (value) return readPodValues(value.map((node) => plainOf(node)), 'json')
  const whole = wholeDocument(text)
  return whole === null ? { value: null, diagnostics } : readPodValues([toPlain(whole)], 'json')
}

/** A list of pods can be too long for the grammar, which is made for arguments. */
function wholeDocument(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
