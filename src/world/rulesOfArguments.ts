import type { InputFile } from '../host/inputFile.ts'
import type { RuleState } from '../host/ruleState.ts'
import { readIstioArguments } from '../istio/readIstioArguments.ts'
import { istioRules } from '../istio/rules.ts'
import type { Diagnostic, Read } from '../netfilter/diagnostic.ts'

/** The input shows no rules, but the arguments istio-iptables would make them of. */
export function rulesOfArguments(input: readonly InputFile[], istio: string | undefined): Read<RuleState> | null {
  const [file] = input
  const read = file && input.length === 1 ? readIstioArguments(file.text, file.name).value : null
  if (!file || !read || read.args.length === 0) return null
  const version = istio ?? /proxyv2:(\d+\.\d+(?:\.\d+)?)/.exec(file.text)?.[1] ?? 'latest'
  const made = ([4, 6] as const).map((family) => istioRules({ version, family, args: read.args, env: read.env, ...(read.podIps && { podIps: read.podIps }), ...(read.nameservers && { nameservers: read.nameservers }) }))
  const rulesets = made.flatMap(({ value }) => (value && value.ruleset.tables.length > 0 ? [value.ruleset] : []))
  if (rulesets.length === 0) return null
  const said: Diagnostic = { code: 'rules-from-arguments', severity: 'info', message: `the input holds arguments of istio-iptables; the rules are those Istio ${version} makes of them`, span: { file: file.name, line: 1, column: 1, length: 1 } }
  return { value: { rulesets, dumps: [] }, diagnostics: [said, ...(made[0]?.diagnostics ?? [])] }
}
