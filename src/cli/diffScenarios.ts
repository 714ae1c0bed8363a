import { scenarioDifferences } from '../analysis/scenarioDifferences.ts'
import type { InputFile } from '../host/inputFile.ts'
import { scenarioDiffJson, scenarioDiffText } from '../render/scenarioDiffText.ts'
import type { ScenarioAnswers } from '../render/scenarioDiffText.ts'
import { scenarioAnswer } from '../render/scenarioText.ts'
import { followScenario } from '../world/scenario/scenarioWalk.ts'
import { loadScenario } from './loadScenario.ts'
import type { LoadedScenario } from './loadScenario.ts'

/** Two scenarios: what becomes of the connection of each, and what fares differently on each host. Exit 1 where anything does. */
export function diffScenarios(old: InputFile, now: InputFile, format: 'text' | 'json'): number {
  const [before, after] = [loadScenario(old), loadScenario(now)]
  const answers: ScenarioAnswers = { before: answersOf(before), after: answersOf(after) }
  const found = scenarioDifferences(before.hosts, after.hosts)
  process.stdout.write(format === 'json' ? `${JSON.stringify(scenarioDiffJson(found, answers))}\n` : scenarioDiffText(found, answers))
  const same = found.hosts.length + found.onlyBefore.length + found.onlyAfter.length === 0 && answers.before.join('\n') === answers.after.join('\n')
  return same ? 0 : 1
}

const answersOf = ({ scenario, hosts }: LoadedScenario): readonly string[] => [...new Set(followScenario(scenario, hosts).outcomes.map(scenarioAnswer))]
