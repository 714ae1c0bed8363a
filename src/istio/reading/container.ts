import type { Diagnostic } from '../../netfilter/diagnostic.ts'
import { nothingRead } from './readArguments.ts'
import type { ArgumentForm, ArgumentsRead } from './readArguments.ts'
import { at, isList, isObject, textsOf } from './plain.ts'
import type { Plain, PlainObject } from './plain.ts'

const TOOL = /(?:^|\/)istio-iptables(?:\.sh)?$/

/** Reads values of a pod spec: texts, a list of texts, or objects with the init container somewhere inside. */
export function readPodValues(values: readonly Plain[], form: ArgumentForm): ArgumentsRead {
  const list = textsOf(values) ?? values.flatMap((value) => textsOf(value) ?? [])
  if (list.length > 0) return { value: { args: withoutTool(list), env: {}, form }, diagnostics: [] }
  const found = values.flatMap(containersIn)
  const best = found.find((each) => rank(each) === 2) ?? found.find((each) => rank(each) === 1)
  if (!best) return withoutContainer(values)
  return {
    value: { args: argsOf(best).filter((arg) => !VALIDATION.includes(arg)), env: envOf(best), form, ...podFacts(values) },
    diagnostics: [...several(found), ...validationOnly(best)],
  }
}

/** The containers anywhere in a value. */
function containersIn(value: Plain): readonly PlainObject[] {
  if (isList(value)) return value.flatMap(containersIn)
  if (!isObject(value)) return []
  if (textsOf(value['args']) ?? textsOf(value['command'])) return [value]
  return Object.values(value).flatMap(containersIn)
}

/** istio-validation runs the same command only to test what the CNI plugin made (1.30.0 injection-template.yaml). */
const VALIDATION: readonly string[] = ['--run-validation', '--skip-rule-apply']

const words = (container: PlainObject): readonly string[] => [...(textsOf(container['command']) ?? []), ...(textsOf(container['args']) ?? [])]

const isValidation = (container: PlainObject): boolean => words(container).includes('--skip-rule-apply')

/** 2: sets the rules; 1: knows the arguments; 0: another container. */
function rank(container: PlainObject): 0 | 1 | 2 {
  const named = container['name'] === 'istio-init' || words(container).some((word) => TOOL.test(word))
  const looksLike = container['name'] === undefined && words(container).some((word) => /^-[bipuzm]$/.test(word))
  if (!named && !looksLike) return 0
  return isValidation(container) ? 1 : 2
}

const argsOf = (container: PlainObject): readonly string[] => withoutTool(words(container))

function withoutTool(list: readonly string[]): readonly string[] {
  const tool = list.findLastIndex((word) => TOOL.test(word))
  if (tool >= 0) return list.slice(tool + 1)
  const flag = list.findIndex((word) => word.startsWith('-'))
  return flag < 0 ? list : list.slice(flag)
}

function envOf(container: PlainObject): Record<string, string> {
  const env: Record<string, string> = {}
  const list = container['env']
  for (const each of isList(list) ? list : []) {
    const name = at(each, 'name')
    const value = at(each, 'value')
    if (typeof name === 'string' && typeof value === 'string') env[name] = value
  }
  return env
}

/** What the rest of the pod says: its annotations and its addresses. */
function podFacts(values: readonly Plain[]): { annotations?: Record<string, string>; podIps?: readonly string[] } {
  const pods = values.filter(isObject)
  const annotations = Object.assign({}, ...pods.flatMap(annotationsIn))
  const podIps = pods.flatMap((pod) => {
    const list = at(pod, 'status', 'podIPs')
    const ips = isList(list) ? list.map((each) => at(each, 'ip')) : [at(pod, 'status', 'podIP')]
    return ips.filter((ip) => typeof ip === 'string')
  })
  return { ...(Object.keys(annotations).length > 0 && { annotations }), ...(podIps.length > 0 && { podIps }) }
}

function annotationsIn(value: Plain): readonly Record<string, string>[] {
  if (isList(value)) return value.flatMap(annotationsIn)
  if (!isObject(value)) return []
  const own = at(value, 'metadata', 'annotations')
  const texts = isObject(own) ? Object.entries(own).flatMap(([name, each]) => (typeof each === 'string' ? [[name, each] as const] : [])) : []
  return [Object.fromEntries(texts), ...Object.entries(value).flatMap(([name, each]) => (name === 'metadata' ? [] : annotationsIn(each)))]
}

function withoutContainer(values: readonly Plain[]): ArgumentsRead {
  const annotated = Object.keys(podFacts(values).annotations ?? {}).some((name) => name.includes('istio.io/'))
  const hint = annotated ? '; with the CNI plugin the rules come from the annotations (--cni --annotation)' : ''
  return nothingRead('no-istio-init', `no container here runs istio-iptables${hint}`)
}

function several(found: readonly PlainObject[]): readonly Diagnostic[] {
  const count = found.filter((each) => rank(each) === 2).length
  if (count < 2) return []
  return [{ code: 'several-init-containers', severity: 'warning', message: `${count} containers run istio-iptables; the first is taken`, span: null }]
}

function validationOnly(container: PlainObject): readonly Diagnostic[] {
  if (!isValidation(container)) return []
  return [{
    code: 'cni-validation-container', severity: 'warning', span: null,
    message: 'this container only tests the rules; the CNI plugin made them from the annotations, with defaults of its own',
  }]
}
