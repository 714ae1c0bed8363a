import { isLoopback, loopbackAddress, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { MeshProfile } from './meshProfile.ts'
import type { Request } from './request.ts'

/** A connection the proxy accepted. */
export interface ProxyAccept {
  /** The port of the listener. */
  readonly port: number
  readonly peer: Address
  readonly originalAddress: Address
  readonly originalPort: number
  /** What the client says on it; null: not known. */
  readonly request: Request | null
  /** Whether a Service has the original destination's port; absent: not known. */
  readonly portOf?: 'service' | 'nobody'
}

/** What the proxy does next with it. */
export type ProxyAction =
  | { readonly kind: 'serves' }
  | { readonly kind: 'closes'; readonly why: string; readonly cluster?: string }
  /** It answers itself, with an HTTP status. */
  | { readonly kind: 'answers'; readonly status: number; readonly cluster: string | null; readonly why: string }
  | {
      readonly kind: 'dials'; readonly to: Address; readonly port: number; readonly bind: Address | null; readonly transparent: boolean; readonly mark: number; readonly why: string
      readonly cluster?: string
      /** Whom it takes for the client, where that is not who dialled: an address out of X-Forwarded-For. */
      readonly client?: string
      /** Seconds it waits for the answer to a request. */
      readonly timeout?: number
      /** The name of the HTTP route; absent: none. */
      readonly route?: string
      /** What it says there in its turn; absent: the same. */
      readonly request?: Request | null
    }

/** Envoy's virtualInbound and virtualOutbound, ztunnel's inbound and outbound: from an accepted connection to the next dial. */
export function acceptedByProxy(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  const { port, originalPort } = accept
  if (port === profile.tunnel?.port) return tunnelled(profile, accept)
  if (port !== profile.inboundPort && port !== profile.outboundPort) return { kind: 'serves' }
  if (profile.refuses(port, originalPort)) return { kind: 'closes', why: `its original destination port, ${originalPort}, is one of the proxy's own` }
  return port === profile.inboundPort ? inbound(profile, accept) : outbound(profile, accept)
}

/** HBONE: the destination is in the CONNECT request inside the tunnel. */
function tunnelled(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  const to = profile.tunnel?.to
  return to ? inbound(profile, { ...accept, originalAddress: to.address, originalPort: to.port }) : { kind: 'serves' }
}

function outbound(profile: MeshProfile, { originalAddress, originalPort }: ProxyAccept): ProxyAction {
  return { kind: 'dials', to: originalAddress, port: originalPort, bind: null, transparent: false, mark: profile.socketMark, why: 'PassthroughCluster or a service: the original destination, from no address in particular' }
}

/** No Service has a port of the mesh itself. */
const hasNoService = ({ ownPorts, agentPorts }: MeshProfile, { originalPort, portOf }: ProxyAccept): boolean =>
  portOf === 'nobody' || (portOf === undefined && (ownPorts.includes(originalPort) || agentPorts.includes(originalPort)))

function inbound(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  const { originalAddress, originalPort, peer } = accept
  const inboundDial = hasNoService(profile, accept) ? (profile.passthrough ?? profile.inbound) : profile.inbound
  const to = inboundDial.to === 'localhost' ? loopbackAddress(originalAddress.family) : originalAddress
  const { from } = inboundDial
  const dial = { kind: 'dials', to, port: originalPort } as const
  switch (from.kind) {
    case 'unbound': return { ...dial, bind: null, transparent: false, mark: profile.socketMark, why: 'the inbound cluster binds no source' }
    case 'address': {
      const bind = originalAddress.family === 4 ? from.v4 : from.v6
      return { ...dial, bind, transparent: false, mark: profile.socketMark, why: 'the inbound cluster binds its source (upstream_bind_config)' }
    }
    case 'client': {
      // ztunnel's inbound_passthrough: a client on the destination's own address gets a plain connect.
      const own = profile.socketMark !== 0 && (sameAddress(peer, to) || isLoopback(peer))
      return own
        ? { ...dial, bind: null, transparent: false, mark: profile.socketMark, why: 'the client has the address it dials, so the proxy connects as itself' }
        : { ...dial, bind: peer, transparent: true, mark: from.mark, why: 'the client\'s own address is kept (original_src)' }
    }
  }
}
