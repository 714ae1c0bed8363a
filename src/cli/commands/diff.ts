import { differences } from '../../analysis/differences.ts'
import { kindsOf } from '../../analysis/kinds.ts'
import { diffText } from '../../render/diffText.ts'
import { diffJson } from '../../render/regionJson.ts'
import type { Assumption } from '../../world/outcome.ts'
import { podAddress } from '../given.ts'
import type { InputFile } from '../../host/inputFile.ts'
import { scenarioFile } from '../scenarioFile.ts'
import { report } from '../report.ts'
import { edited, inOneNamespace, ruleSource } from '../ruleSource.ts'
import type { RuleSource } from '../ruleSource.ts'
import { UsageError } from '../usageError.ts'
import { walkerOf } from '../../analysis/walkerOf.ts'

export interface DiffOptions {
  readonly edit?: readonly string[]
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly json?: boolean
}

/** `chainwalk diff OLD NEW`, of rules or of scenarios, or `diff OLD --edit COMMAND`: which connections fare differently. Exit 1 where any does. */
export async function diff(files: readonly string[], options: DiffOptions): Promise<number> {
  const [old, now] = files.map(scenarioFile)
  if (old || now) return ofScenarios(old ?? null, now ?? null, options)
  return ofRules(files, options)
}

async function ofScenarios(old: InputFile | null, now: InputFile | null, { edit, podIp, istio, json }: DiffOptions): Promise<number> {
  if (!old || !now) throw new UsageError('a scenario can only be compared with a scenario')
  if (edit !== undefined || podIp !== undefined || istio !== undefined) throw new UsageError('a scenario names its own hosts and release; --edit, --pod-ip and --istio would not be used')
  return (await import('../diffScenarios.ts')).diffScenarios(old, now, json === true ? 'json' : 'text')
}

async function ofRules(files: readonly string[], options: DiffOptions): Promise<number> {
  const { before, after } = await bothSides(files, options)
  const [old, now] = [walkerOf(before.question), walkerOf(after.question)]
  const found = differences(kindsOf([...before.question.state.rulesets, ...after.question.state.rulesets]), old, now)
  const assumptions = shared([...old.assumptions(), ...now.assumptions()])
  report(before.diagnostics)
  if (options.edit === undefined) report(after.diagnostics)
  process.stdout.write(options.json === true ? `${JSON.stringify(diffJson(found, assumptions))}\n` : diffText(found, assumptions))
  return found.found.length > 0 || found.inexact.length > 0 ? 1 : 0
}

async function bothSides([old, now, ...more]: readonly string[], { edit, podIp = [], istio }: DiffOptions): Promise<{ readonly before: RuleSource; readonly after: RuleSource }> {
  if (old === undefined || more.length > 0 || (now === undefined) === (edit === undefined)) throw new UsageError('diff takes OLD and NEW, or OLD and --edit COMMAND')
  const options = { podAddresses: podIp.map(podAddress), ...(istio !== undefined && { istio }) }
  const before = await ruleSource(old, options)
  if (now === undefined) return { before, after: edited(before, edit ?? []) }
  const after = await ruleSource(now, options)
  return { before: inOneNamespace(before, after), after: inOneNamespace(after, before) }
}

const shared = (assumptions: readonly Assumption[]): readonly Assumption[] => assumptions.filter(({ message }, i) => assumptions.findIndex((each) => each.message === message) === i)
