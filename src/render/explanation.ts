import type { TraceEvent } from '../netfilter/traceEvent.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import { decisiveRule } from '../world/decisiveRule.ts'
import type { Outcome } from '../world/outcome.ts'
import type { Trace, TracedOutcome } from '../world/traceConnection.ts'
import { printable } from './printable.ts'

/** Why the connection went as it did, and what can be done about it: "Why:" and "What to do:" with their lines. */
export function explanation(trace: Trace, { outcome, events }: TracedOutcome): string[] {
  const why = [...reasons(trace, outcome, events)]
  const advice = [...remedies(trace, outcome)]
  return [
    ...(why.length > 0 ? ['Why:', ...why.map((line) => `  ${line}`)] : []),
    ...(advice.length > 0 ? ['What to do:', ...advice.map((line) => `  ${line}`)] : []),
  ]
}

function* reasons({ connection, profile }: Trace, outcome: Outcome, events: readonly TraceEvent[]): Generator<string> {
  const decisive = decisiveRule(events)
  const place = decisive && `${decisive.table} ${printable(decisive.chain)} rule ${decisive.number}`
  if (connection.proto === 'icmp') yield 'The rules that capture ask for TCP (-p tcp); an echo request meets none of them.'
  else if (profile.mode === null && !outcome.captured) yield 'Nothing in these rules hands connections to a proxy: this namespace is not intercepted.'
  else if (outcome.captured) yield `${place ?? 'A rule'} hands the connection to the proxy.`
  else if (place) yield `${place} is the last rule it meets, and it does not lead to the proxy.`
  yield* sourceReasons(outcome, profile.inboundPort)
}

function* sourceReasons(outcome: Outcome, inboundPort: number): Generator<string> {
  if (outcome.appSees === '127.0.0.6' || outcome.appSees === '::6') {
    yield `The proxy accepted it on ${inboundPort} from ${outcome.accepts[0]?.peer ?? 'the client'} and dialled the app from ${outcome.appSees} (the inbound cluster's upstream_bind_config), so that is the address the app sees.`
  } else if (outcome.upstreams.length > 0 && outcome.appSees !== null && outcome.appSees === outcome.accepts[0]?.peer) {
    yield 'The proxy binds its own dial to the client\'s address (original_src), so the app sees the client.'
  }
  const failed = outcome.upstreams.find(({ result }) => result !== 'connected')
  if (failed) yield `The proxy's own dial to ${failed.to} ends in: ${failed.result}.`
}

function* remedies({ profile }: Trace, outcome: Outcome): Generator<string> {
  if (outcome.appSees === '127.0.0.6' && profile.mode === 'REDIRECT') {
    yield 'To let the app see the client: sidecar.istio.io/interceptionMode: TPROXY (the proxy then runs as root with NET_ADMIN), or read X-Forwarded-For (HTTP only).'
  }
  if (outcome.result === 'loop') yield 'Run the proxy as the user and group that the rules name, or make the rules name the proxy\'s own.'
  if (outcome.result === 'refused' && !outcome.accepts.some(({ process }) => isProxyProcess(process)) && outcome.captured) yield 'Nothing listens where the rules send it: start the proxy first (holdApplicationUntilProxyStarts), or exclude the port.'
}
