import { printAddress } from '../net/address.ts'
import type { Diagnostic } from '../netfilter/diagnostic.ts'
import type { Recognised } from '../istio/recognise/recognised.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'
import { packetPaths } from './packetPaths.ts'
import { recognisedJson } from './recognisedJson.ts'

export const TRACE_SCHEMA = 'chainwalk/trace@1'

/** `chainwalk.trace@1`: the stable result of a trace, ready for JSON.stringify. */
export function traceJson(trace: Trace, diagnostics: readonly Diagnostic[], recognised: Recognised | null = null): Record<string, unknown> {
  const { origin, proto, src, sport, dst, dport, uid, gid } = trace.connection
  return {
    schema: TRACE_SCHEMA,
    connection: { origin, proto, src: src && printAddress(src), sport, dst: printAddress(dst), dport, ...(origin === 'local' && { uid, gid }) },
    mode: trace.profile.mode,
    recognised: recognised && recognisedJson(recognised),
    outcomes: trace.outcomes.map(outcomeJson),
    diagnostics: diagnostics.map(diagnosticJson),
  }
}

const outcomeJson = ({ outcome, events }: TracedOutcome): Record<string, unknown> => ({ ...outcome, packets: packetPaths(events) })

export const diagnosticJson = ({ code, severity, message, span, candidates }: Diagnostic): Record<string, unknown> => ({
  code, severity, message, file: span?.file ?? null, line: span?.line ?? null, column: span?.column ?? null, ...(candidates && { candidates }),
})
