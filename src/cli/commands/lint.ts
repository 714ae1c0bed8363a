import { lint as lintRules } from '../../analysis/lint.ts'
import { recogniseIstio } from '../../istio/recognise/recogniseIstio.ts'
import { lintJson, lintText } from '../../render/lintText.ts'
import { podAddress } from '../given.ts'
import { report } from '../report.ts'
import { ruleSource } from '../ruleSource.ts'

export interface LintOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly state?: string
  readonly json?: boolean
}

/** `chainwalk lint DUMP`: what is wrong or suspicious in a rule set. Exit 1 at warning or worse. */
export async function lint(file: string, { podIp = [], istio, state, json }: LintOptions): Promise<number> {
  const { question, diagnostics } = await ruleSource(file, { podAddresses: podIp.map(podAddress), ...(istio !== undefined && { istio }), ...(state !== undefined && { state }) })
  const recognised = recogniseIstio(question.state.rulesets)
  const version = question.given.istioVersion ?? recognised?.versions[0]?.last ?? null
  const findings = lintRules({ ...question, given: { ...question.given, istioVersion: version } }, recognised)
  // What linking says is among the findings.
  report(diagnostics.filter(({ code }) => !findings.some((each) => each.code === code)))
  process.stdout.write(json === true ? `${JSON.stringify(lintJson(findings))}\n` : lintText(findings))
  return findings.some(({ severity }) => severity !== 'info') ? 1 : 0
}
