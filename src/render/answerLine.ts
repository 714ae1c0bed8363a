import type { MeshProfile } from '../proxy/meshProfile.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { Accept, Outcome } from '../world/outcome.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'

/** The answer's parts: who receives the connection, its original destination, what the far end of it sees, and what comes back. */
export interface AnswerParts {
  readonly receiver: string
  readonly originalDestination: string | null
  readonly seen: string | null
  readonly reply: string
}

/** The answer to the question people ask, in one line. */
export function answerLine(trace: Pick<Trace, 'connection' | 'profile'>, traced: TracedOutcome): string {
  const { receiver, originalDestination, seen, reply } = answerParts(trace, traced)
  return [receiver, ...(originalDestination === null ? [] : [`original destination ${originalDestination}`]), ...(seen === null ? [] : [seen]), reply].join(' · ')
}

export function answerParts({ connection, profile }: Pick<Trace, 'connection' | 'profile'>, { outcome, ends }: TracedOutcome): AnswerParts {
  const proxied = outcome.accepts.find(({ process, remote }) => !remote && isProxyProcess(process))
  return {
    receiver: proxied ? proxyPart(profile, proxied) : directPart(connection.proto, outcome),
    originalDestination: proxied?.originalDestination || null,
    seen: farPart(outcome, ends),
    reply: resultPart(outcome),
  }
}

function proxyPart(profile: MeshProfile, { port, process }: Accept): string {
  const name = process === 'envoy' ? 'Envoy' : process
  if (port === profile.inboundPort) return `${port} ${name} inbound`
  return port === profile.outboundPort ? `${port} ${name} outbound` : `${port} ${name}`
}

function directPart(proto: string, outcome: Outcome): string {
  if (proto === 'icmp') return 'not captured: ping is not intercepted'
  if (outcome.captured) return 'captured'
  return outcome.accepts.length > 0 ? 'not captured' : 'not captured, not accepted'
}

function farPart({ accepts, upstreams }: Outcome, ends: readonly string[]): string | null {
  const at = accepts.findIndex(({ process }) => !isProxyProcess(process))
  const app = accepts[at]
  if (app) return app.remote ? `${ends[at] ?? 'the far end'} sees ${app.peer}` : app.process === 'app' ? `app sees ${app.peer}` : `${app.process} (port ${app.port}) sees ${app.peer}`
  const failed = upstreams.find(({ result }) => result !== 'connected')
  return failed ? `the proxy's own dial to ${failed.to}: ${failed.result}` : null
}

const RESULTS: Readonly<Record<Outcome['result'], string>> = {
  connected: 'reply returns',
  refused: 'connection refused',
  timeout: 'timeout: no answer comes back',
  unreachable: 'unreachable',
  'not-permitted': 'sending is not permitted (EPERM)',
  loop: 'the proxy calls itself without end',
  unknown: 'unknown',
}

const resultPart = ({ result, reachesApp }: Outcome): string => (result === 'connected' && !reachesApp ? 'the client is connected all the same' : RESULTS[result])
