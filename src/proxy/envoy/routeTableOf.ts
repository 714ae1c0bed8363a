import type { EnvoyRoute, EnvoyRouteTable, VirtualHost } from './envoyConfig.ts'
import type { EnvoyJson } from './envoyJson.ts'
import { weightedClusters } from './weightedClusters.ts'

/** config.route.v3.RouteConfiguration; null for anything else. */
export function routeTableOf(json: EnvoyJson): EnvoyRouteTable | null {
  if (!json.has('virtualHosts')) return null
  return { name: json.get('name').text() ?? '', hosts: json.get('virtualHosts').items().map(virtualHostOf) }
}

const virtualHostOf = (json: EnvoyJson): VirtualHost => ({ name: json.get('name').text() ?? '', domains: json.get('domains').texts(), routes: json.get('routes').items().map(routeOf) })

function routeOf(json: EnvoyJson): EnvoyRoute {
  const match = json.get('match')
  return { name: json.get('name').text(), takes: match.get('prefix').text() === '/' && match.entries().every(({ name }) => name === 'prefix' || name === 'caseSensitive') ? 'all' : 'some', match: textOf(match), action: actionOf(json), timeout: secondsOf(json.get('route').get('timeout').text()) }
}

function actionOf(json: EnvoyJson): EnvoyRoute['action'] {
  const clusters = weightedClusters(json.get('route'))
  if (clusters.length > 0) return { kind: 'clusters', clusters }
  const status = json.get('directResponse').get('status').number()
  if (status !== null) return { kind: 'answers', status }
  return json.has('redirect') ? { kind: 'answers', status: 301 } : { kind: 'unshown' }
}

function textOf(match: EnvoyJson): string {
  const prefix = match.get('prefix').text() ?? match.get('pathSeparatedPrefix').text()
  const path = match.get('path').text() ?? match.get('safeRegex').get('regex').text()
  return `${prefix === null ? (path ?? '') : `${prefix}*`}${match.has('headers') ? ' with headers' : ''}`
}

/** "0s" is no limit. */
function secondsOf(text: string | null): number | null {
  const seconds = Number(/^([\d.]+)s$/.exec(text ?? '')?.[1] ?? 0)
  return seconds > 0 ? seconds : null
}
