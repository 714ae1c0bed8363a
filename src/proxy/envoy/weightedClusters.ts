import type { WeightedCluster } from './envoyConfig.ts'
import type { EnvoyJson } from './envoyJson.ts'

/** `cluster` or `weighted_clusters`, of a tcp_proxy or a route. */
export function weightedClusters(json: EnvoyJson): readonly WeightedCluster[] {
  const name = json.get('cluster').text()
  if (name !== null) return [{ name, weight: 1 }]
  return json.get('weightedClusters').get('clusters').items().map((each) => ({ name: each.get('name').text() ?? '', weight: each.get('weight').number() ?? 0 }))
}
