import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Behaviour } from './changes.ts'
import type { IstioConfig } from './configuration.ts'
import { configurationOf } from './configurationOf.ts'
import type { PodFacts } from './configurationOf.ts'
import { parseFlags } from './parseFlags.ts'
import { remarks } from './remarks.ts'
import { Settings } from './settings.ts'
import type { Environment } from './settings.ts'

/** What istio-iptables is told, and what it would find in the pod. */
export interface IstioInput extends PodFacts {
  readonly args: readonly string[]
  readonly env: Environment
}

/** The configuration; null when the tool would stop before making any rule. */
export interface Configured {
  readonly value: IstioConfig | null
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads arguments, environment and pod into the configuration this version would work from (cmd/root.go, common/config/config.go). */
export function configure(input: IstioInput, behaviour: Behaviour): Configured {
  const parsed = parseFlags(input.args, behaviour.version)
  if (hasError(parsed.diagnostics)) return { value: null, diagnostics: parsed.diagnostics }
  const { value: config, diagnostics } = configurationOf(new Settings(parsed.flags, input.env, behaviour), input, behaviour)
  const all = [...parsed.diagnostics, ...diagnostics, ...remarks(config, behaviour)]
  return { value: hasError(all.filter(({ code }) => code !== 'istio-refused-rule')) ? null : config, diagnostics: all }
}

const hasError = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some(({ severity }) => severity === 'error')
