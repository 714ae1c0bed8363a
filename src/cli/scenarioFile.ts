import type { InputFile } from '../host/inputFile.ts'
import { readInput } from './readInput.ts'

/** A pod's YAML has no connection. */
const IS_SCENARIO = /^connection:/m

/** The text of a scenario file; null where the file is none. */
export function scenarioFile(name: string): InputFile | null {
  const input = /\.ya?ml$/.test(name) ? readInput(name) : null
  return input && IS_SCENARIO.test(input.text) ? input : null
}
