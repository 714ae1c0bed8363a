import { scenarioJson, scenarioText } from '../render/scenarioText.ts'
import { remedies } from '../world/scenario/remedies.ts'
import { followScenario } from '../world/scenario/scenarioWalk.ts'
import type { InputFile } from '../host/inputFile.ts'
import { loadScenario } from './loadScenario.ts'
import { report } from './report.ts'

/** Walks a scenario file. Exit 0; 2 where the scenario is wrong. */
export function traceScenario(file: InputFile, format: 'text' | 'json'): number {
  const { scenario, hosts } = loadScenario(file)
  const { outcomes, complete } = followScenario(scenario, hosts)
  if (!complete) report([{ code: 'many-outcomes', severity: 'warning', message: 'there are more ways than can be followed; those shown are not all', span: scenario.span }])
  const found = remedies(scenario, outcomes)
  process.stdout.write(format === 'json' ? `${JSON.stringify(scenarioJson(scenario, outcomes, found))}\n` : scenarioText(scenario, outcomes, found))
  return 0
}
