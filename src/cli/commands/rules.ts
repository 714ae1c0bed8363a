import type { Family } from '../../net/address.ts'
import { argumentsFromAnnotations } from '../../istio/annotations.ts'
import { readIstioArguments } from '../../istio/readIstioArguments.ts'
import { istioRules } from '../../istio/rules.ts'
import type { IstioRules } from '../../istio/rules.ts'
import { printable } from '../../render/printable.ts'
import { printSave } from '../../ruleset/print.ts'
import { printListing } from '../../ruleset/printListing.ts'
import { oneLine } from '../loadRules.ts'
import { readInput } from '../readInput.ts'
import { report } from '../report.ts'
import { UsageError } from '../usageError.ts'

export interface RulesOptions {
  readonly istio: string
  readonly family: string
  readonly nameserver?: readonly string[]
  readonly env?: readonly string[]
  readonly podIp?: readonly string[]
  readonly group?: readonly string[]
  readonly annotation?: readonly string[]
  readonly ambient?: boolean
  readonly cni?: boolean
  readonly file?: string
  readonly format: string
}

interface Source {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** `chainwalk rules`: what istio-iptables of a version makes of its arguments. */
export function rules(args: readonly string[], options: RulesOptions): void {
  const family = familyOf(options.family)
  const source = sourceOf(args, options)
  const { value, diagnostics } = istioRules({
    version: options.istio, family, args: source.args, env: { ...source.env, ...pairs(options.env ?? [], '--env') },
    nameservers: options.nameserver ?? [], podIps: options.podIp ?? [], groups: numbers(options.group ?? []), ...(options.ambient === true && { ambient: {} }),
  })
  if (!value) throw new UsageError(diagnostics.map(oneLine).map(printable).join('; ') || 'no rules are made of these arguments')
  report(diagnostics)
  process.stdout.write(printed(value, options.format))
}

function sourceOf(args: readonly string[], { file, annotation, istio, cni }: RulesOptions): Source {
  if (file !== undefined) return argumentsIn(file)
  if (annotation === undefined && cni !== true) return { args, env: {} }
  const { value, diagnostics } = argumentsFromAnnotations({ version: istio, annotations: pairs(annotation ?? [], '--annotation'), through: cni === true ? 'cni' : 'init' })
  if (!value) throw new UsageError(diagnostics.map(oneLine).join('; '))
  report(diagnostics)
  return { args: [...value.args, ...args], env: value.env }
}

function argumentsIn(name: string): Source {
  const { text, name: file } = readInput(name)
  const { value, diagnostics } = readIstioArguments(text, file)
  if (!value) throw new UsageError(diagnostics.map(oneLine).join('; ') || `${file}: no istio-iptables arguments were recognised`)
  report(diagnostics)
  return value
}

function familyOf(text: string): Family {
  if (text === '4') return 4
  if (text === '6') return 6
  throw new UsageError(`--family takes 4 or 6, not ${JSON.stringify(text)}`)
}

function pairs(texts: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const equals = text.indexOf('=')
    if (equals < 1) throw new UsageError(`${flag} takes NAME=VALUE, not ${JSON.stringify(text)}`)
    return [text.slice(0, equals), text.slice(equals + 1)]
  }))
}

const numbers = (texts: readonly string[]): Record<string, number> =>
  Object.fromEntries(Object.entries(pairs(texts, '--group')).map(([name, text]) => {
    if (!/^\d{1,10}$/.test(text)) throw new UsageError(`--group ${name}: ${JSON.stringify(text)} is no number of a group`)
    return [name, Number(text)]
  }))

function printed({ ruleset, routes, version }: IstioRules, format: string): string {
  if (format === 'save') return printSave(ruleset, 'plain')
  if (format === 'listing') return printListing(ruleset, { style: 'names', detail: 'verbose', counters: 'rounded', lines: 'unnumbered', backend: 'nft' })
  if (format === 'json') return `${JSON.stringify({ schema: 'chainwalk/rules@1', istio: version.name, ruleset, routes })}\n`
  throw new UsageError(`--format takes save, listing or json, not ${JSON.stringify(format)}`)
}
