import { isProxyProcess } from '../proxy/meshProfile.ts'
import { printRule } from '../ruleset/print.ts'
import type { Redactor } from '../ruleset/redact/redactor.ts'
import type { LoadedRules } from './loadRules.ts'
import { newRedactor, reportPseudonyms } from './newRedactor.ts'
import { report } from './report.ts'
import type { Telling } from './telling.ts'

/** Everything told with other addresses, names and comments; what stands for what goes to standard error. */
export function redactedTelling(): Telling {
  const redactor = newRedactor()
  return {
    rules: (rules, files) => prepared(rules, files, redactor),
    text: (text) => redactor.retell(text),
    json: (value) => retold(value, redactor),
    report: (diagnostics) => {
      report(diagnostics.map((diagnostic) => ({ ...diagnostic, message: redactor.retell(diagnostic.message), span: diagnostic.span && { ...diagnostic.span, file: redactor.retell(diagnostic.span.file) }, candidates: diagnostic.candidates?.map((each) => redactor.retell(each)) ?? [] })))
      reportPseudonyms(redactor)
    },
  }
}

/** The redactor meets every name there is; each rule gets the text iptables-save would print, in which all names are known. */
function prepared(rules: LoadedRules, files: readonly string[], redactor: Redactor): LoadedRules {
  const { facts, state } = rules
  for (const name of files) redactor.instead('dump', name)
  for (const { process } of facts.listeners ?? []) if (process !== null && process !== 'app' && !isProxyProcess(process)) redactor.instead('program', process)
  for (const { name } of [...facts.pods, ...facts.services]) redactor.instead('name', name)
  for (const { name } of facts.interfaces ?? []) redactor.device(name)
  const rulesets = state.rulesets.map((ruleset) => ({
    ...ruleset,
    tables: ruleset.tables.map((table) => ({
      ...table,
      chains: table.chains.map((chain) => ({ ...chain, rules: chain.rules.map((rule) => ({ ...rule, text: met(`-A ${chain.name} ${printRule(rule)}`, redactor) })) })),
    })),
  }))
  return { ...rules, state: { ...state, rulesets } }
}

function met(text: string, redactor: Redactor): string {
  redactor.redact(text)
  return text
}

/** JSON with every text in it retold; its keys are nobody's. */
function retold(value: unknown, redactor: Redactor): unknown {
  if (typeof value === 'string') return redactor.retell(value)
  if (Array.isArray(value)) return value.map((each) => retold(each, redactor))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, retold(each, redactor)]))
}
