import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { KeptCode } from './keptCode.ts'

/** A program run with the code that V8 made of it in earlier runs. */
export interface KeptProgram<Exports> {
  readonly exports: Exports
  /** Keeps the code of what ran, for the next time, where there was none. What is kept does not grow: to load much costs more than to compile little. */
  readonly keep: () => void
}

/**
 * Loads the script at `url`, a function of `require` and `url` that gives its exports, with the code V8 made of it before:
 * compiling is half of what a start takes beyond Node's own (docs/bench.md).
 * V8 compares no more than the script's length (SerializedCodeData::SourceHash), so `build` tells its versions apart; `part` is what of it is used.
 */
export function keptProgram<Exports>(url: string, build: string, part: string): KeptProgram<Exports> {
  const filename = fileURLToPath(url)
  const kept = new KeptCode(dirname(filename), build, part)
  const cachedData = kept.read()
  const script = new Script(readFileSync(filename, 'latin1'), { filename, ...(cachedData && { cachedData }) })
  const taken = cachedData !== undefined && script.cachedDataRejected !== true
  const exports: Exports = script.runInThisContext()(process.getBuiltinModule, url)
  const keep = (): void => {
    if (!taken) kept.write(() => script.createCachedData())
  }
  return { exports, keep }
}
