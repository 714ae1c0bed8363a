import { isAnyAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Dialling, ProxyAccept } from './acceptedByProxy.ts'
import { dialInbound } from './dialInbound.ts'
import { FROM_127_0_0_6 } from './meshes.ts'
import type { InboundDial, MeshProfile } from './meshProfile.ts'

/** One `ingress` of a Sidecar resource. */
export interface SidecarIngress {
  readonly port: number
  /** defaultEndpoint: 127.0.0.1:8080 (the app on localhost), 0.0.0.0:8080 (the pod's own address); null: what was dialled. */
  readonly to: { readonly address: Address; readonly port: number } | null
}

/** Where a Sidecar's defaultEndpoint sends what came for its port (cluster.go buildInboundClustersFromSidecar); null where none does. */
export function ingressDial(profile: MeshProfile, { ingress, own }: { readonly ingress: readonly SidecarIngress[]; readonly own: readonly Address[] }, accept: ProxyAccept): Dialling | null {
  const to = accept.port === profile.inboundPort ? ingress.find(({ port }) => port === accept.originalPort)?.to : null
  if (!to) return null
  const whole = isAnyAddress(to.address)
  const { from: usual } = profile.inbound
  const from: InboundDial['from'] = usual.kind === 'client' ? usual : whole ? FROM_127_0_0_6.from : { kind: 'unbound' }
  const address = whole ? (own.find(({ family }) => family === to.address.family) ?? accept.originalAddress) : to.address
  return dialInbound(profile, { ...accept, originalAddress: address, originalPort: to.port }, { to: whole ? 'original' : 'localhost', from })
}
