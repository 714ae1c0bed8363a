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
import { connectionFrom } from '../connectionOptions.ts'
import { givenWith } from '../givenWith.ts'
import { loadRules } from '../loadRules.ts'
import type { LoadedRules } from '../loadRules.ts'
import { isPictureFormat, PICTURE_FORMATS } from '../pictureFormat.ts'
import type { PictureFormat } from '../pictureFormat.ts'
import { readInput } from '../readInput.ts'
import { report } from '../report.ts'
import { scenarioFile } from '../scenarioFile.ts'
import { AS_IT_IS } from '../telling.ts'
import type { Telling } from '../telling.ts'
import { givenOf, loadOptionsOf, refuse } from '../traceOptions.ts'
import type { TraceOptions } from '../traceOptions.ts'
import { UsageError } from '../usageError.ts'

const FORMATS = ['text', 'minimal', 'full', 'json', 'xtables', ...PICTURE_FORMATS] as const

type Format = (typeof FORMATS)[number]

/** What is asked of one namespace only. */
const ASKED = ['from', 'to', 'uid', 'gid', 'connections', 'against', 'istio', 'state', 'redact', 'jobs', 'strict'] as const

/** `chainwalk trace`: one connection, or many, through the rules. Exit 0 whatever becomes of them; 1 where `--against` diverged. */
export async function trace(files: readonly string[], options: TraceOptions): Promise<number> {
  const format = formatOf(options)
  const { batch, connections } = options
  if ((batch ?? connections) !== undefined && format !== 'text' && format !== 'json') throw new UsageError(`many results are JSON, one a line; --format ${format} would not be used`)
  if (batch !== undefined) return (await import('../batch/traceDumps.ts')).traceDumps(files, options, batch)
  if (files.length === 0) throw new UsageError('say which rules: a dump, a transcript, - for standard input; or many, by --batch')
  const scenario = files.length === 1 ? scenarioFile(files[0] ?? '') : null
  if (scenario) {
    if (isPictureFormat(format)) throw new UsageError(`a scenario has the rules of many hosts; --format ${format} draws those of one`)
    refuse(options, ASKED, 'a scenario names its own connection and hosts')
    return (await import('../traceScenario.ts')).traceScenario(scenario, format === 'json' ? 'json' : 'text')
  }
  if (connections !== undefined) return (await import('../batch/traceConnections.ts')).traceConnections(files, options, connections)
  refuse(options, ['jobs', 'strict'], 'this is one connection')
  if (isPictureFormat(format)) refuse(options, ['redact'], 'pictures are not redacted: draw what `chainwalk convert --redact` prints')
  const asked = givenOf(options)
  const connection = connectionFrom(options)
  const telling = options.redact === true ? (await import('../redactedTelling.ts')).redactedTelling() : AS_IT_IS
  const loaded = await loadRules(files, loadOptionsOf(options))
  const given = format === 'minimal' || format === 'xtables' ? { ...asked, ...(loaded.envoy && { envoy: loaded.envoy }) } : await givenWith(loaded, asked)
  const rules = telling.rules(loaded, files)
  if (options.against !== undefined) return compared(rules, traced(rules, given, connection), options.against, telling)
  return isPictureFormat(format) ? printPicture(rules, traced(rules, given, connection), format) : printOne(rules, given, connection, format, telling)
}

const traced = ({ state, facts }: LoadedRules, given: Given, connection: Connection): Trace => traceConnection({ state, facts, given, connection }, 'steps')

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
