import { readAccessLog } from '../../proxy/accessLog/readAccessLog.ts'
import { logJson } from '../../render/logJson.ts'
import { logText } from '../../render/logText.ts'
import { printable } from '../../render/printable.ts'
import { explainLog as explained } from '../../world/explainLog.ts'
import type { Given } from '../../world/question.ts'
import { istioVersion, podAddress } from '../given.ts'
import { loadRules, oneLine } from '../loadRules.ts'
import { readInput } from '../readInput.ts'
import { report } from '../report.ts'
import { UsageError } from '../usageError.ts'

export interface ExplainLogOptions {
  readonly rules?: readonly string[]
  readonly state?: string
  readonly istio?: string
  readonly podIp?: readonly string[]
  readonly json?: boolean
}

/** `chainwalk explain-log`: how each line of an Envoy access log came about. Exit 1 where rules were given and a line contradicts them. */
export async function explainLog(files: readonly string[], options: ExplainLogOptions): Promise<number> {
  const given: Given = { podAddresses: (options.podIp ?? []).map(podAddress), istioVersion: istioVersion(options.istio) }
  const { value: log, diagnostics } = readAccessLog(files.map(readInput))
  const refused = diagnostics.find(({ severity }) => severity === 'error')
  if (refused && log.entries.length === 0) throw new UsageError(oneLine(refused))
  const rules = options.rules === undefined ? null : await loadRules(options.rules, { ...(options.state !== undefined && { state: options.state }), ...(options.istio !== undefined && { istio: options.istio }), assume: {} })
  const lines = explained(log.entries, given, rules)
  const noticed = [...diagnostics, ...(rules?.diagnostics ?? [])]
  if (options.json !== true) report(noticed)
  // JSON.stringify leaves some control characters as they are; within its strings the escape means the same.
  process.stdout.write(options.json === true ? `${printable(JSON.stringify(logJson(lines, log.passedOver, noticed)))}\n` : logText(lines))
  return lines.some(({ rules: held }) => held?.verdict === 'contradicts') ? 1 : 0
}
