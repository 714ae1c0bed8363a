import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { scenarioJson, scenarioText } from '../render/scenarioText.ts'
import { readScenario } from '../world/scenario/readScenario.ts'
import { remedies } from '../world/scenario/remedies.ts'
import { scenarioHosts } from '../world/scenario/scenarioHosts.ts'
import { followScenario } from '../world/scenario/scenarioWalk.ts'
import type { InputFile } from '../host/inputFile.ts'
import { report } from './report.ts'
import { UsageError } from './usageError.ts'

/** Walks a scenario file; the files it names stand beside it. Exit 0; 2 where the scenario is wrong. */
export function traceScenario({ name, text }: InputFile, format: 'text' | 'json'): number {
  const beside = (file: string): string | null => { const path = resolve(dirname(name), file); return existsSync(path) ? readFileSync(path, 'utf8') : null }
  const { value, diagnostics } = readScenario(text, name, beside)
  report(diagnostics)
  if (!value) throw new UsageError(`${name}: this scenario cannot be told; mend what is said above`)
  const hosts = scenarioHosts(value)
  report(hosts.diagnostics)
  const { outcomes, complete } = followScenario(value, hosts.value)
  if (!complete) report([{ code: 'many-outcomes', severity: 'warning', message: 'there are more ways than can be followed; those shown are not all', span: value.span }])
  const found = remedies(value, outcomes)
  process.stdout.write(format === 'json' ? `${JSON.stringify(scenarioJson(value, outcomes, found))}\n` : scenarioText(value, outcomes, found))
  return 0
}
