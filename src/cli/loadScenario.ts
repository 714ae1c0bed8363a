import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { InputFile } from '../host/inputFile.ts'
import { readScenario } from '../world/scenario/readScenario.ts'
import type { Scenario } from '../world/scenario/scenario.ts'
import { scenarioHosts } from '../world/scenario/scenarioHosts.ts'
import type { ScenarioHost } from '../world/scenario/scenarioWalk.ts'
import { report } from './report.ts'
import { UsageError } from './usageError.ts'

export interface LoadedScenario {
  readonly scenario: Scenario
  readonly hosts: readonly ScenarioHost[]
}

/** Reads a scenario; the files it names stand beside it. Exit 2 where it is wrong. */
export function loadScenario({ name, text }: InputFile): LoadedScenario {
  const beside = (file: string): string | null => { const path = resolve(dirname(name), file); return existsSync(path) ? readFileSync(path, 'utf8') : null }
  const { value, diagnostics } = readScenario(text, name, beside)
  report(diagnostics)
  if (!value) throw new UsageError(`${name}: this scenario cannot be told; mend what is said above`)
  const hosts = scenarioHosts(value)
  report(hosts.diagnostics)
  return { scenario: value, hosts: hosts.value }
}
