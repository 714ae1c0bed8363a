import { traceConnection } from '../../world/traceConnection.ts'
import type { Trace } from '../../world/traceConnection.ts'
import { connectionFrom } from '../connectionOptions.ts'
import type { ConnectionOptions } from '../connectionOptions.ts'
import { podAddress } from '../given.ts'
import { isPictureFormat, PICTURE_FORMATS } from '../pictureFormat.ts'
import { pictureText } from '../pictureText.ts'
import { recognisedIn } from '../../world/readRules.ts'
import { report } from '../report.ts'
import { ruleSources } from '../ruleSource.ts'
import type { RuleSource } from '../ruleSource.ts'
import { UsageError } from '../usageError.ts'

export interface GraphOptions extends ConnectionOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly state?: string
  readonly format: string
  readonly counters?: boolean
}

/** `chainwalk graph`: which chain jumps to which; a connection's trace and the dump's counters may be laid over it. */
export async function graph(files: readonly string[], options: GraphOptions): Promise<void> {
  const { podIp = [], istio, state, format, counters = false } = options
  if (!isPictureFormat(format)) throw new UsageError(`--format takes ${PICTURE_FORMATS.join(', ')}, not ${JSON.stringify(format)}`)
  if (counters && format === 'mermaid') throw new UsageError('--counters is for --format svg and dot: mermaid shows no warmth')
  const source = await ruleSources(files, { podAddresses: podIp.map(podAddress), ...(istio !== undefined && { istio }), ...(state !== undefined && { state }) })
  const trace = await traceOf(source, options)
  report(source.diagnostics)
  process.stdout.write(pictureText(source.question, format, { trace, counters: counters ? 'warm' : 'hidden' }))
}

/** What says that a connection is meant. */
const CONNECTION = ['from', 'to', 'uid', 'gid', 'local', 'in', 'mark', 'flags', 'ctstate', 'length', 'at'] as const

async function traceOf({ question }: RuleSource, options: GraphOptions): Promise<Trace | null> {
  if (CONNECTION.every((name) => options[name] === undefined)) return null
  const connection = connectionFrom(options)
  return traceConnection({ ...question, given: { ...question.given, recognised: await recognisedIn(question.state) }, connection }, 'steps')
}
