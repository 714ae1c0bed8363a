import { isUnknown } from '../../netfilter/ternary.ts'
import type { AccessLogEntry } from './accessLogEntry.ts'
import type { Reading } from './reading.ts'

/** What would tell a line's readings apart; nothing where there is one and it is certain. */
export function toldApartBy(entry: AccessLogEntry, readings: readonly Reading[]): readonly string[] {
  return [...byPod(entry, readings), ...byMode(entry, readings), ...byTarget(readings), ...byHidden(readings)]
}

const host = (endpoint: string | null): string => (endpoint === null ? 'nothing' : endpoint.replace(/:[^:\]]*$/, '').replace(/^\[|\]$/g, ''))

/** Whose log it is, where both ends may be the pod's. */
function byPod({ fields }: AccessLogEntry, readings: readonly Reading[]): string[] {
  const directions = new Set(readings.map(({ direction }) => direction))
  if (directions.size < 2) return []
  const [remote, local] = [host(fields.downstream_remote_address), host(fields.downstream_local_address)]
  const listens = directions.has('inbound') && directions.has('gateway') ? 'a sidecar\'s inbound line or a gateway\'s' : directions.has('gateway') ? 'a gateway\'s line' : 'a sidecar\'s inbound line'
  const dials = directions.has('outbound') ? [`${remote} a sidecar's outbound line`] : []
  return remote === local ? ['which pod wrote it: both ends have one address'] : [`the address of the pod that wrote it (--pod-ip): ${[`${local} makes it ${listens}`, ...dials].join(', ')}`]
}

function byMode({ fields }: AccessLogEntry, readings: readonly Reading[]): string[] {
  const inbound = readings.filter(({ direction, destination }) => direction === 'inbound' && destination !== 'none')
  if (new Set(inbound.map(({ mode }) => mode)).size < 2 || fields.upstream_local_address !== null) return []
  return ['upstream_local_address, which this line does not have (127.0.0.6 or 127.0.0.1 under REDIRECT, the client\'s under TPROXY), or the pod\'s rules (--rules)']
}

/** Where it dialled, of connections that never came about. */
const byTarget = (readings: readonly Reading[]): string[] =>
  new Set(readings.filter(({ direction }) => direction === 'inbound').map(({ to }) => to)).size > 1 ? ['the Istio release (--istio): up to 1.9 Envoy dials 127.0.0.1, from 1.10 the original destination'] : []

function byHidden(readings: readonly Reading[]): string[] {
  const unsure = readings.flatMap(({ checks }) => checks.filter(({ field, holds }) => field !== 'upstream_host' && isUnknown(holds)))
  const words = unsure.map(({ field, logged, expected }) =>
    (expected.startsWith('*') ? `the address of Envoy's peer, which ${field} ${logged} should have: the line has the client's out of X-Forwarded-For in its place` : `what is hidden of ${field} ${logged}, where ${expected} is expected`))
  return [...new Set(words)]
}
