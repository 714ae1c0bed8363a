import { printAddress, printEndpoint } from '../net/address.ts'
import { describeTcpFlags } from '../net/tcpFlags.ts'
import type { RulePlace, TraceStep } from '../netfilter/traceEvent.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import { printRule } from '../ruleset/print.ts'
import { hopLog } from '../world/scenario/hopLog.ts'
import type { Remedy } from '../world/scenario/remedies.ts'
import type { Scenario } from '../world/scenario/scenario.ts'
import type { HostEvent, ScenarioOutcome } from '../world/scenario/scenarioWalk.ts'
import { hopLine } from './hopLine.ts'
import { printable } from './printable.ts'

/** A scenario as a story: the answer first, then host by host what happened, then what each Envoy logs. */
export function scenarioText({ istio }: Scenario, outcomes: readonly ScenarioOutcome[], found: readonly Remedy[]): string {
  const parts = outcomes.map((outcome, i) => {
    const head = outcomes.length > 1 ? [`outcome ${i + 1} of ${outcomes.length}${outcome.probability === null ? '' : ` (probability ${Number(outcome.probability.toFixed(4))})`}`] : []
    return [...head, scenarioAnswer(outcome), '', ...story(outcome.events), ...logs(outcome, istio), ...assumed(outcome)].join('\n')
  })
  return `${[...parts, ...advice(found)].join('\n\n')}\n`
}

const advice = (found: readonly Remedy[]): string[] =>
  found.length === 0 ? [] : [['What would let the application know the client (each tried here):', ...found.map(({ change, gives, price }) => `  ${printable(change)}: ${gives}; its price: ${price}`)].join('\n')]

/** "app on httpbin sees 127.0.0.6 · X-Forwarded-For 10.0.0.93 · connected". */
export function scenarioAnswer({ journal, result, delay }: ScenarioOutcome): string {
  const { end } = journal
  const refused = journal.hops.find(({ action }) => action.kind === 'answers' || action.kind === 'closes')
  const failed = journal.legs.find(({ dial, result: own }) => dial.from !== null && own !== 'connected')
  const parts = end ? [`${end.accept.process} on ${end.host} sees ${end.accept.peer}`] : ['no application is reached']
  if (end?.request?.protocol === 'http') parts.push(`X-Forwarded-For ${end.request.forwardedFor.join(', ') || '-'}`)
  for (const { host, action } of journal.hops) if (action.kind === 'dials' && action.timeout !== undefined && delay > action.timeout) parts.push(`${host}'s proxy answers 504 after ${action.timeout} s`)
  if (!end && refused) parts.push(`${refused.host}'s ${isProxyProcess(refused.process) ? 'proxy' : refused.process} ${refused.action.kind === 'answers' ? `answers ${refused.action.status}` : 'closes the connection'}`)
  else if (!end && failed) parts.push(`${failed.host}'s own dial to ${printEndpoint(failed.dial.to, failed.dial.port)}: ${failed.result ?? 'timeout'}`)
  return printable([...parts, `the client's connection: ${result}`].join(' · '))
}

function story(events: readonly HostEvent[]): string[] {
  const lines: string[] = []
  let at = ''
  let reply = false
  let last: RulePlace | null = null
  for (const { host, event: { step } } of events) {
    if (step.kind === 'packetEntered') reply = step.reply || step.skb.tcpFlags !== 0x02
    if (step.kind === 'ruleMatched') last = step.place
    const line = reply && step.kind !== 'acted' ? null : storyLine(step, last)
    if (line === null) continue
    if (host !== at) lines.push(`${printable(host)}:`)
    at = host
    lines.push(`  ${line}`)
  }
  return lines
}

function storyLine(step: TraceStep, last: RulePlace | null): string | null {
  switch (step.kind) {
    case 'packetEntered': return `${describeTcpFlags(step.skb.tcpFlags)} ${printEndpoint(step.skb.src, step.skb.sport)} -> ${printEndpoint(step.skb.dst, step.skb.dport)}  ${step.skb.in === null ? `out ${step.skb.out}` : `in ${step.skb.in}`}`
    case 'natBound': return `${step.manip} becomes ${step.to}  [${last ? ruleAt(last) : 'the kernel'}]`
    case 'tproxied': return `TPROXY gives it to ${step.process}, port ${step.port}  [${last ? ruleAt(last) : ''}]`
    case 'dropped': return `DROPPED: ${step.why}${last ? `  [${ruleAt(last)}]` : ''}`
    case 'decided': return `dice: ${printable(step.doubt.message)}: ${step.answer ? 'yes' : 'no'}`
    case 'noSocket': return `nothing listens on port ${step.port}: ${step.answer}`
    case 'acted': return `${step.who} ${step.what}`
    default: return null
  }
}

const ruleAt = ({ table, chain, number, rule }: RulePlace): string => printable(`${table} ${chain} rule ${number}: ${printRule(rule)}`)

function logs({ journal, delay }: ScenarioOutcome, istio: string): string[] {
  if (journal.logged.length === 0) return []
  return ['', 'Access logs:', ...journal.logged.flatMap((hop) => [`  ${printable(hop.host)}:`, `    ${printable(hopLine(hopLog(hop, journal.legs, delay), istio))}`])]
}

/** What was not known, and how it was taken here. */
function assumed(outcome: ScenarioOutcome): string[] {
  const lines = assumptionsOf(outcome)
  return lines.length === 0 ? [] : ['', 'Assumed:', ...lines.map(({ code, message }) => `  ${code}: ${printable(message)}`)]
}

const assumptionsOf = ({ decisions }: ScenarioOutcome): { readonly code: string; readonly message: string }[] =>
  decisions.filter(({ doubt }) => doubt.probability === null).map(({ doubt, answer }) => ({ code: doubt.code, message: `${doubt.message}: taken as ${answer ? 'true' : 'false'}` }))

/** The stable result of a scenario, `chainwalk/scenario@1`. */
export const scenarioJson = (scenario: Scenario, outcomes: readonly ScenarioOutcome[], found: readonly Remedy[]): Record<string, unknown> => ({
  schema: 'chainwalk/scenario@1',
  connection: { from: scenario.connection.from, to: printEndpoint(scenario.connection.to.address, scenario.connection.to.port), address: printAddress(scenario.connection.to.address) },
  outcomes: outcomes.map((outcome) => ({ outcome, ...outcome })).map(({ outcome, probability, result, journal, delay }) => ({
    probability, result, assumptions: assumptionsOf(outcome),
    accepts: journal.receptions.map(({ host, accept, end, request }) => ({ host, process: accept.process, port: accept.port, at: end, peer: accept.peer, originalDestination: accept.originalDestination, xForwardedFor: request?.protocol === 'http' ? request.forwardedFor : null })),
    dials: journal.legs.map(({ host, dial, local, result: own }) => ({ host, process: dial.process, to: printEndpoint(dial.to, dial.port), local: local && printEndpoint(local.address, local.port), result: own ?? 'timeout' })),
    accessLog: journal.logged.map((hop) => { const log = hopLog(hop, journal.legs, delay); return { host: hop.host, ...log, line: hopLine(log, scenario.istio) } }),
  })),
  remedies: found,
})
