import { isLoopback } from '../net/address.ts'
import type { EnvoyCluster } from './envoy/envoyConfig.ts'
import type { InboundDial } from './meshProfile.ts'

/** The port an inbound cluster is for: its endpoint's where it has one, else that of its name; null for any other cluster. */
export function inboundPortOf({ name, endpoints }: EnvoyCluster): number | null {
  const port = /^inbound\|(\d{1,5})\|/.exec(name)?.[1]
  return port === undefined ? null : (endpoints[0]?.port ?? Number(port))
}

/** How the cluster's Envoy dials the app; null where that is not understood. A transparent listener's original_src goes before what the cluster binds. */
export function dialOfCluster({ type, bind, endpoints: [endpoint] }: EnvoyCluster, usual: InboundDial): InboundDial | null {
  const from: InboundDial['from'] = usual.from.kind === 'client' || bind === 'unshown' ? usual.from : bind ? { kind: 'address', v4: bind, v6: bind } : { kind: 'unbound' }
  if (type === 'ORIGINAL_DST') return { to: 'original', from }
  return type === 'STATIC' && endpoint && isLoopback(endpoint.address) ? { to: 'localhost', from } : null
}
