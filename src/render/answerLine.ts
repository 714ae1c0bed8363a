import type { MeshProfile } from '../proxy/meshProfile.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { Accept, Outcome, Result } from '../world/outcome.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'

/** Who receives the connection: a listener of the proxy, or nobody of it. */
export type Receiver =
  | { readonly kind: 'proxy'; readonly port: number; readonly name: string; readonly way: 'inbound' | 'outbound' | 'own' }
  /** direct: it is not captured, and somebody accepts; nobody: nobody does. */
  | { readonly kind: 'ping' | 'captured' | 'direct' | 'nobody' }

/** What the far end of it sees; or, where the proxy's own dial failed, how. */
export type Seen =
  | { readonly kind: 'app'; readonly peer: string }
  | { readonly kind: 'program'; readonly name: string; readonly port: number; readonly peer: string }
  | { readonly kind: 'remote'; readonly end: string | null; readonly peer: string }
  | { readonly kind: 'dial'; readonly to: string; readonly result: Result }

/** The answer's parts, before they are put into words. */
export interface AnswerParts {
  readonly receiver: Receiver
  readonly originalDestination: string | null
  readonly seen: Seen | null
  /** client-only: the client is connected all the same, to the proxy. */
  readonly reply: Result | 'client-only'
}

/** The answer to the question people ask, in one line. */
export function answerLine(trace: Pick<Trace, 'connection' | 'profile'>, traced: TracedOutcome): string {
  const { receiver, originalDestination, seen, reply } = answerParts(trace, traced)
  return [receiverText(receiver), ...(originalDestination === null ? [] : [`original destination ${originalDestination}`]), ...(seen === null ? [] : [seenText(seen)]), REPLIES[reply]].join(' · ')
}

export function answerParts({ connection, profile }: Pick<Trace, 'connection' | 'profile'>, { outcome, ends }: TracedOutcome): AnswerParts {
  const proxied = outcome.accepts.find(({ process, remote }) => !remote && isProxyProcess(process))
  return {
    receiver: proxied ? proxyReceiver(profile, proxied) : { kind: otherReceiver(connection.proto, outcome) },
    originalDestination: proxied?.originalDestination || null,
    seen: seenBy(outcome, ends),
    reply: outcome.result === 'connected' && !outcome.reachesApp ? 'client-only' : outcome.result,
  }
}

function proxyReceiver({ inboundPort, outboundPort }: MeshProfile, { port, process }: Accept): Receiver {
  return { kind: 'proxy', port, name: process === 'envoy' ? 'Envoy' : process, way: port === inboundPort ? 'inbound' : port === outboundPort ? 'outbound' : 'own' }
}

function otherReceiver(proto: string, { captured, accepts }: Outcome): 'ping' | 'captured' | 'direct' | 'nobody' {
  if (proto === 'icmp') return 'ping'
  return captured ? 'captured' : accepts.length > 0 ? 'direct' : 'nobody'
}

function seenBy({ accepts, upstreams }: Outcome, ends: readonly string[]): Seen | null {
  const at = accepts.findIndex(({ process }) => !isProxyProcess(process))
  const app = accepts[at]
  if (app?.remote) return { kind: 'remote', end: ends[at] ?? null, peer: app.peer }
  if (app) return app.process === 'app' ? { kind: 'app', peer: app.peer } : { kind: 'program', name: app.process, port: app.port, peer: app.peer }
  const failed = upstreams.find(({ result }) => result !== 'connected')
  return failed ? { kind: 'dial', to: failed.to, result: failed.result } : null
}

function receiverText(receiver: Receiver): string {
  if (receiver.kind !== 'proxy') return RECEIVERS[receiver.kind]
  const { port, name, way } = receiver
  return way === 'own' ? `${port} ${name}` : `${port} ${name} ${way}`
}

const RECEIVERS = { ping: 'not captured: ping is not intercepted', captured: 'captured', direct: 'not captured', nobody: 'not captured, not accepted' } as const

function seenText(seen: Seen): string {
  switch (seen.kind) {
    case 'app': return `app sees ${seen.peer}`
    case 'program': return `${seen.name} (port ${seen.port}) sees ${seen.peer}`
    case 'remote': return `${seen.end ?? 'the far end'} sees ${seen.peer}`
    case 'dial': return `the proxy's own dial to ${seen.to}: ${seen.result}`
  }
}

const REPLIES: Readonly<Record<AnswerParts['reply'], string>> = {
  connected: 'reply returns',
  refused: 'connection refused',
  timeout: 'timeout: no answer comes back',
  unreachable: 'unreachable',
  'not-permitted': 'sending is not permitted (EPERM)',
  loop: 'the proxy calls itself without end',
  unknown: 'unknown',
  'client-only': 'the client is connected all the same',
}
