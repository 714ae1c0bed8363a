import { parseAddress } from '../../net/address.ts'
import { CLUSTER_TYPES } from './envoyConfig.ts'
import type { EnvoyCluster, EnvoyEndpoint } from './envoyConfig.ts'
import type { EnvoyJson } from './envoyJson.ts'

/** config.cluster.v3.Cluster; STATIC is the default of `type`. Null for anything else. */
export function clusterOf(json: EnvoyJson): EnvoyCluster | null {
  const name = json.get('name').text()
  const given = json.get('type').text() ?? json.get('discoveryType').text()
  if (name === null || (given === null && !json.has('loadAssignment') && !json.has('connectTimeout'))) return null
  const type = given === null ? 'STATIC' : CLUSTER_TYPES.find((each) => each === given)
  return type ? { name, type, bind: parseAddress(json.get('upstreamBindConfig').get('sourceAddress').get('address').text() ?? ''), endpoints: endpointsIn(json.get('loadAssignment')), line: json.line } : null
}

/** config.endpoint.v3.ClusterLoadAssignment, `hosts` of old, or what `istioctl proxy-config endpoint` prints. */
export function endpointsIn(json: EnvoyJson): readonly EnvoyEndpoint[] {
  const statuses = json.get('hostStatuses').items().map((each) => each.get('address'))
  const assigned = json.get('endpoints').items().flatMap((locality) => locality.get('lbEndpoints').items().map((each) => each.get('endpoint').get('address')))
  return [...assigned, ...statuses].flatMap((each) => {
    const socket = each.get('socketAddress')
    const address = parseAddress(socket.get('address').text() ?? '')
    const port = socket.get('portValue').number()
    return address && port !== null ? [{ address, port }] : []
  })
}
