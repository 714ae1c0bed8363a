import { givenWith } from '../givenWith.ts'
import { loadInput } from '../loadRules.ts'
import { readInput, STDIN } from '../readInput.ts'
import { AS_IT_IS } from '../telling.ts'
import { givenOf, loadOptionsOf, refuse } from '../traceOptions.ts'
import type { TraceOptions } from '../traceOptions.ts'
import { UsageError } from '../usageError.ts'
import { connectionAnswers } from './connectionAnswers.ts'
import { withDialledPod } from './dialledPod.ts'
import { inputLines } from './inputLines.ts'
import { runBatch } from './runBatch.ts'

/** Many connections through the same rules: one result a line, in order. */
export async function traceConnections(names: readonly string[], options: TraceOptions, file: string): Promise<number> {
  refuse(options, ['from', 'to', 'uid', 'gid', 'local', 'against'], '--connections takes its connections from a file')
  if (file === '-' && names.includes('-')) throw new UsageError('standard input cannot be both the rules and the connections')
  const load = loadOptionsOf(options)
  const files = names.map(readInput)
  const loaded = await loadInput(files, load)
  const given = await withDialledPod(loaded, givenOf(options), file)
  const telling = options.redact === true ? (await import('../redactedTelling.ts')).redactedTelling() : AS_IT_IS
  const { diagnostics } = telling.rules(loaded, names)
  const source = file === '-' ? STDIN : file
  const status = await runBatch({
    tasks: inputLines(file),
    setup: { kind: 'connections', files, load, given, source },
    here: async () => connectionAnswers(loaded, await givenWith(loaded, given), source),
    told: telling === AS_IT_IS ? (text) => text : (text) => JSON.stringify(telling.json(JSON.parse(text))),
  }, options)
  telling.report(diagnostics)
  return status
}
