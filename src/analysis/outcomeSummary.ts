import { printAddress, printEndpoint } from '../net/address.ts'
import { isProxyProcess } from '../proxy/meshProfile.ts'
import type { Connection } from '../world/connection.ts'
import type { Accept, Outcome } from '../world/outcome.ts'
import type { TracedOutcome } from '../world/traceConnection.ts'

/** What counts of outcomes when two are held against each other: paths and assumptions do not. */
export const outcomesKey = (outcomes: readonly TracedOutcome[]): string =>
  JSON.stringify(outcomes.map(({ outcome, ends }) => [outcome.result, outcome.captured, outcome.reachesApp, outcome.accepts, outcome.upstreams, ends, rounded(outcome.probability)]).map((each) => JSON.stringify(each)).toSorted())

const rounded = (probability: number | null): number | null => (probability === null ? null : Math.round(probability * 1e9))

/** The same for every connection of a region: its own addresses and ports by their names. */
export const outcomesOfRegion = (outcomes: readonly TracedOutcome[], connection: Connection): string => JSON.stringify(literalOutcomes(outcomes).map((text) => named(text, connection)).toSorted())

/** All that counts of each outcome, with the addresses and ports it has. */
export const literalOutcomes = (outcomes: readonly TracedOutcome[]): readonly string[] => outcomes.map(({ outcome, ends }) => outcomesText(outcome, ends)).toSorted()

/** What a region's outcomes are for one of its connections. */
export const outcomesFor = (ofRegion: string, { src, dst, dport }: Connection): readonly string[] => {
  const texts: readonly string[] = JSON.parse(ofRegion)
  const values: readonly (readonly [string, string])[] = [['<dst:dport>', printEndpoint(dst, dport)], ['<src>', src ? printAddress(src) : ''], ['<dst>:', printEndpoint(dst, 0).replace(/0$/, '')], ['<dst>', printAddress(dst)], ['<dport>', `${dport}`]]
  return texts.map((text) => values.reduce((all, [name, value]) => all.replaceAll(name, value), text)).toSorted()
}

const outcomesText = ({ result, captured, reachesApp, accepts, upstreams, probability }: Outcome, ends: readonly string[]): string =>
  JSON.stringify([result, captured, reachesApp, accepts.map(({ process, remote, port, peer, originalDestination }) => [process, remote, `:${port} `, ` ${peer} `, originalDestination]), upstreams, ends, rounded(probability)])

/** Longer texts first: an endpoint before its address. */
function named(text: string, { src, dst, dport }: Connection): string {
  const names: readonly (readonly [string, string])[] = [
    [printEndpoint(dst, dport), '<dst:dport>'], ...(src ? [[` ${printAddress(src)} `, ' <src> '] as const] : []), [` ${printAddress(dst)} `, ' <dst> '], [`:${dport} `, ':<dport> '],
    [`${printEndpoint(dst, 0).replace(/0$/, '')}`, '<dst>:'], [`:${dport}"`, ':<dport>"'],
  ]
  return names.reduce((all, [from, to]) => all.replaceAll(from, to), text)
}

/** "15006 Envoy, the app sees 127.0.0.6": one outcome in a line, for all connections of a region. */
export function outcomeText(outcome: Outcome, connection: Connection): string {
  const { result, accepts, upstreams } = outcome
  const app = accepts.findLast(({ process }) => !isProxyProcess(process)) ?? accepts.slice(1).at(-1)
  const failed = upstreams.find((each) => each.result !== 'connected')
  const parts = [byWhom(outcome, connection), app ? acceptText(app, connection) : '', failed ? `its own dial: ${failed.result}` : '', result === 'connected' ? '' : result]
  return parts.filter((part) => part !== '').join(', ')
}

function byWhom({ captured, envoyPort, result }: Outcome, { dport }: Connection): string {
  if (envoyPort !== null) return captured || envoyPort !== dport ? `${envoyPort} Envoy` : 'Envoy answers itself'
  if (captured) return 'handed to the proxy, which does not accept'
  return result === 'connected' ? 'direct' : ''
}

const acceptText = (accept: Accept, connection: Connection): string => `${acceptorText(accept, connection)} sees ${addressText(accept.peer, connection)}`

/** Who took it: another far end than the one that was dialled by its address. */
function acceptorText({ process, remote, port, originalDestination }: Accept, { dst, dport }: Connection): string {
  if (remote) return originalDestination === null || originalDestination === printEndpoint(dst, dport) ? 'the far end' : originalDestination
  return process === 'app' ? 'the app' : port === dport ? process : `${process} on ${port}`
}

function addressText(peer: string, { src, dst }: Connection): string {
  if (src && printAddress(src) === peer) return 'the client'
  return printAddress(dst) === peer ? 'the address that was dialled' : peer
}
