import type { HostFacts } from '../host/hostFacts.ts'
import type { InputFile } from '../host/inputFile.ts'
import { readIstioArguments } from '../istio/readIstioArguments.ts'
import { istioRules } from '../istio/rules.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { LoadedRules } from './loadRules.ts'

/** The input shows no rules, but the arguments istio-iptables would make them of. */
export function generatedRules(input: readonly InputFile[], facts: HostFacts, istio: string | undefined): LoadedRules | null {
  const [file] = input
  const read = file && input.length === 1 ? readIstioArguments(file.text, file.name).value : null
  if (!file || !read || read.args.length === 0) return null
  const version = istio ?? /proxyv2:(\d+\.\d+(?:\.\d+)?)/.exec(file.text)?.[1] ?? 'latest'
  const made = ([4, 6] as const).map((family) => istioRules({ version, family, args: read.args, env: read.env, ...(read.podIps && { podIps: read.podIps }), ...(read.nameservers && { nameservers: read.nameservers }) }))
  const rulesets = made.flatMap(({ value }) => (value && value.ruleset.tables.length > 0 ? [value.ruleset] : []))
  if (rulesets.length === 0) return null
  const said: Diagnostic = { code: 'rules-from-arguments', severity: 'info', message: `the input holds arguments of istio-iptables; the rules are those Istio ${version} makes of them`, span: { file: file.name, line: 1, column: 1, length: 1 } }
  return { state: { rulesets, dumps: [] }, facts, envoy: null, diagnostics: [said, ...(made[0]?.diagnostics ?? [])] }
}
