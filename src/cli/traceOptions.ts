import type { Given } from '../world/question.ts'
import type { BatchOptions } from './batch/runBatch.ts'
import type { ConnectionOptions } from './connectionOptions.ts'
import { istioVersion, podAddress } from './given.ts'
import type { LoadOptions } from './loadRules.ts'
import { UsageError } from './usageError.ts'

/** What the command line of `chainwalk trace` may say. */
export interface TraceOptions extends ConnectionOptions, BatchOptions {
  readonly podIp?: readonly string[]
  readonly istio?: string
  readonly state?: string
  readonly assume?: readonly string[]
  readonly connections?: string
  readonly batch?: string
  readonly format?: string
  readonly json?: boolean
  readonly against?: string
  readonly redact?: boolean
}

/** What it says of the rules. */
export const loadOptionsOf = ({ state, istio, assume = [] }: TraceOptions): LoadOptions =>
  ({ ...(state !== undefined && { state }), ...(istio !== undefined && { istio }), assume: assumptionsOf(assume) })

/** What it says of the namespace. */
export const givenOf = ({ podIp = [], istio }: TraceOptions): Given => ({ podAddresses: podIp.map((text) => podAddress(text)), istioVersion: istioVersion(istio) })

/** An option that would not be used is a misunderstanding. */
export function refuse(options: TraceOptions, names: readonly (keyof TraceOptions)[], why: string): void {
  const own = names.filter((name) => options[name] !== undefined)
  if (own.length > 0) throw new UsageError(`${why}; --${own.join(', --')} would not be used`)
}

function assumptionsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(pairs.map((pair) => {
    const found = /^([a-z-]+)=(.+)$/.exec(pair)
    if (!found) throw new UsageError(`--assume takes CODE=VALUE, not ${JSON.stringify(pair)}`)
    return [found[1] ?? '', found[2] ?? '']
  }))
}
