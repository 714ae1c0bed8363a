import type { InputFile } from '../host/inputFile.ts'
import { readTranscript } from '../host/readTranscript.ts'
import type { Transcript } from '../host/readTranscript.ts'
import type { Read } from '../netfilter/diagnostic.ts'
import { repairedState } from './repairedState.ts'

/**
 * Reads dumps, terminal sessions and pages that quote them, every state of the rules ready to be walked: what a listing misprints
 * (connmark-misprint) or leaves out (interfaces-unshown) is put back where it is certain, unless `literal` has the diagnostic's code.
 */
export function readRepaired(files: readonly InputFile[], literal?: ReadonlySet<string>): Read<Transcript> {
  const { value: { states, facts }, diagnostics } = readTranscript(files)
  const repaired = states.map((state) => repairedState(state, literal))
  return { value: { states: repaired.map(({ value }) => value), facts }, diagnostics: [...diagnostics, ...repaired.flatMap((each) => each.diagnostics)] }
}
