import { printAddress } from '../../net/address.ts'
import type { Connection } from '../../world/connection.ts'
import type { Given } from '../../world/question.ts'
import { traceConnection } from '../../world/traceConnection.ts'
import type { Trace } from '../../world/traceConnection.ts'
import { traceJson } from '../../render/traceJson.ts'
import { printable } from '../../render/printable.ts'
import { traceText } from '../../render/traceText.ts'
import { xtablesText } from '../../render/xtablesText.ts'
import { readKernelTrace } from '../../host/kernelTrace.ts'
import { againstKernel } from '../../world/againstKernel.ts'
import { connectionFrom, connectionFromJson } from '../connectionOptions.ts'
import type { ConnectionOptions } from '../connectionOptions.ts'
import { istioVersion, podAddress } from '../given.ts'
import { loadRules } from '../loadRules.ts'
import type { LoadedRules } from '../loadRules.ts'
import { isPictureFormat, PICTURE_FORMATS } from '../pictureFormat.ts'
import type { PictureFormat } from '../pictureFormat.ts'
import { readInput } from '../readInput.ts'
import { recognisedIn } from '../recognisedIn.ts'
import { report } from '../report.ts'
import { scenarioFile } from '../scenarioFile.ts'
import { AS_IT_IS } from '../telling.ts'
import type { Telling } from '../telling.ts'
import { UsageError } from '../usageError.ts'

export interface TraceOptions extends ConnectionOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly state?: string
  readonly assume?: readonly string[]
  readonly connections?: string
  readonly format?: string
  readonly json?: boolean
  readonly against?: string
  readonly redact?: boolean
}

const FORMATS = ['text', 'minimal', 'full', 'json', 'xtables', ...PICTURE_FORMATS] as const

type Format = (typeof FORMATS)[number]

/** What is asked of one namespace only. */
const ASKED = ['from', 'to', 'uid', 'gid', 'connections', 'against', 'istio', 'state', 'redact'] as const

/** `chainwalk trace`: one connection, or many, through the rules. Exit 0 whatever becomes of them; 1 where `--against` diverged. */
export async function trace(files: readonly string[], options: TraceOptions): Promise<number> {
  const format = formatOf(options)
  const scenario = files.length === 1 ? scenarioFile(files[0] ?? '') : null
  if (scenario) {
    const own = ASKED.filter((name) => options[name] !== undefined)
    if (isPictureFormat(format)) throw new UsageError(`a scenario has the rules of many hosts; --format ${format} draws those of one`)
    if (own.length > 0) throw new UsageError(`a scenario names its own connection and hosts; --${own.join(', --')} would not be used`)
    return (await import('../traceScenario.ts')).traceScenario(scenario, format === 'json' ? 'json' : 'text')
  }
  if (isPictureFormat(format)) checkPictured(options, format)
  const asked: Given = { podAddresses: (options.podIp ?? []).map(podAddress), istioVersion: istioVersion(options.istio) }
  const connections = options.connections === undefined ? null : connectionsIn(options.connections)
  const single = connections ? null : connectionFrom(options)
  const telling = options.redact === true ? (await import('../redactedTelling.ts')).redactedTelling() : AS_IT_IS
  const loaded = await loadRules(files, { ...(options.state !== undefined && { state: options.state }), ...(options.istio !== undefined && { istio: options.istio }), assume: assumptionsOf(options.assume ?? []) })
  const given: Given = { ...asked, ...(loaded.envoy && { envoy: loaded.envoy }), recognised: format === 'minimal' || format === 'xtables' ? null : await recognisedIn(loaded.state) }
  const rules = telling.rules(loaded, files)
  if (single && options.against !== undefined) return compared(rules, traced(rules, given, single), options.against, telling)
  if (single) return isPictureFormat(format) ? printPicture(rules, traced(rules, given, single), format) : printOne(rules, given, single, format, telling)
  const known = withDialledPod(given, connections ?? [])
  for (const connection of connections ?? []) process.stdout.write(`${JSON.stringify(telling.json(traceJson(traced(rules, known, connection), [], given.recognised)))}\n`)
  telling.report(rules.diagnostics)
  return 0
}

/** Connections of one file are of one pod: where all from outside dial one address, it is the pod's for those made inside too. */
function withDialledPod(given: Given, connections: readonly Connection[]): Given {
  if (given.podAddresses.length > 0) return given
  const dialled = new Map(connections.filter(({ origin }) => origin === 'remote').map(({ dst }) => [printAddress(dst), dst]))
  const addresses = [...dialled.values()]
  const unique = ([4, 6] as const).every((family) => addresses.filter((address) => address.family === family).length <= 1)
  return unique ? { ...given, podAddresses: addresses } : given
}

const traced = ({ state, facts }: LoadedRules, given: Given, connection: Connection): Trace => traceConnection({ state, facts, given, connection })

/** Holds the prediction against a recorded kernel trace. */
function compared(rules: LoadedRules, { outcomes }: Trace, file: string, telling: Telling): number {
  const { text, name } = readInput(file)
  const packets = readKernelTrace(text)
  if (packets.length === 0) throw new UsageError(`${name}: no trace was recognised; give what \`xtables-monitor --trace\` printed, or the kernel's TRACE log`)
  const comparisons = outcomes.map(({ events }) => againstKernel(events, packets))
  const best = comparisons.find(({ divergence }) => divergence === null) ?? comparisons[0]
  telling.report(rules.diagnostics)
  if (!best?.divergence) {
    process.stdout.write(`the kernel's trace agrees: ${best?.packets ?? 0} packets, ${best?.rules ?? 0} rules\n`)
    return 0
  }
  const { packet, predicted, kernel, line } = best.divergence
  process.stdout.write(telling.text([`they part at ${packet}`, `  predicted: ${predicted}`, `  kernel:    ${kernel}${line === null ? '' : `  [${name}:${line}]`}`, ''].map(printable).join('\n')))
  return 1
}

/** Layout is loaded only where it is wanted. */
async function printPicture({ state, facts, diagnostics }: LoadedRules, result: Trace, format: PictureFormat): Promise<number> {
  const { pictureText } = await import('../pictureText.ts')
  report(diagnostics)
  process.stdout.write(pictureText({ state, facts }, format, { trace: result, counters: 'hidden' }))
  return 0
}

function checkPictured({ connections, redact }: TraceOptions, format: PictureFormat): void {
  if (connections !== undefined) throw new UsageError(`--connections prints JSON; --format ${format} draws one connection`)
  if (redact === true) throw new UsageError(`--redact does not reach pictures; draw what \`chainwalk convert --redact\` prints`)
}

function printOne(rules: LoadedRules, given: Given, connection: Connection, format: Exclude<Format, PictureFormat>, telling: Telling): number {
  const result = traced(rules, given, connection)
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify(telling.json(traceJson(result, rules.diagnostics, given.recognised)))}\n`)
    return 0
  }
  const text = format === 'xtables' ? result.outcomes.map(({ events }) => xtablesText(events)).join('\n') : traceText(result, format, given.recognised)
  const told = telling.text(text)
  telling.report(rules.diagnostics)
  process.stdout.write(told)
  return 0
}

function formatOf({ format, json }: TraceOptions): Format {
  if (json) return 'json'
  const found = FORMATS.find((each) => each === (format ?? 'text'))
  if (!found) throw new UsageError(`--format takes ${FORMATS.join(', ')}, not ${JSON.stringify(format)}`)
  return found
}

function assumptionsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => {
    const found = /^([a-z-]+)=(.+)$/.exec(pair)
    if (!found) throw new UsageError(`--assume takes CODE=VALUE, not ${JSON.stringify(pair)}`)
    return [found[1] ?? '', found[2] ?? '']
  }))
}

function connectionsIn(name: string): Connection[] {
  const { text, name: file } = readInput(name)
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    return [connectionFromJson(parsedJson(line, `${file}:${i + 1}`), `${file}:${i + 1}`)]
  })
}

function parsedJson(line: string, where: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new UsageError(`${where}: this line is no JSON`)
  }
}
