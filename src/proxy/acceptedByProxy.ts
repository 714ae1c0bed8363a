import type { Address } from '../net/address.ts'
import { dialInbound } from './dialInbound.ts'
import type { Dice } from './dice.ts'
import { configuredEnvoy } from './envoy/configuredEnvoy.ts'
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
  /** Whether its destination was rewritten (REDIRECT) or kept (TPROXY, or it was dialled so); absent: not known. */
  readonly destination?: 'rewritten' | 'kept'
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
      /** How its configuration led there; absent: none is shown. */
      readonly way?: string
      /** Whom it takes for the client, where that is not who dialled: an address out of X-Forwarded-For. */
      readonly client?: string
      /** Seconds it waits for the answer to a request. */
      readonly timeout?: number
      /** The name of the HTTP route; absent: none. */
      readonly route?: string
      /** What it says there in its turn; absent: the same. */
      readonly request?: Request | null
    }

export type Dialling = Extract<ProxyAction, { kind: 'dials' }>

/** As its configuration has it, as far as that is shown; else as its release does. */
export function acceptedByProxy(profile: MeshProfile, accept: ProxyAccept, dice: Dice): ProxyAction {
  return configuredEnvoy({ profile, accept, dice, endpointsOf: () => null }) ?? acceptedByRelease(profile, accept)
}

/** Envoy's virtualInbound and virtualOutbound, ztunnel's inbound and outbound: from an accepted connection to the next dial. */
export function acceptedByRelease(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  const { port, originalPort } = accept
  if (port === profile.tunnel?.port) return tunnelled(profile, accept)
  if (port !== profile.inboundPort && port !== profile.outboundPort) return { kind: 'serves' }
  if (profile.refuses(port, originalPort)) return { kind: 'closes', why: `its original destination port, ${originalPort}, is one of the proxy's own` }
  // Up to 1.6 TPROXY hands inbound connections to 15001 too.
  const outwards = port === profile.outboundPort && (port !== profile.inboundPort || accept.destination === 'rewritten')
  return outwards ? outbound(profile, accept) : inbound(profile, accept)
}

/** HBONE: the destination is in the CONNECT request inside the tunnel. */
function tunnelled(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  const to = profile.tunnel?.to
  return to ? inbound(profile, { ...accept, originalAddress: to.address, originalPort: to.port }) : { kind: 'serves' }
}

function outbound(profile: MeshProfile, { originalAddress, originalPort }: ProxyAccept): ProxyAction {
  return { kind: 'dials', to: originalAddress, port: originalPort, bind: null, transparent: false, mark: profile.socketMark, why: 'PassthroughCluster or a service: the original destination, from no address in particular' }
}

function inbound(profile: MeshProfile, accept: ProxyAccept): ProxyAction {
  return dialInbound(profile, accept, hasNoService(profile, accept) ? (profile.passthrough ?? profile.inbound) : profile.inbound)
}

/** No Service has a port of the mesh itself. */
const hasNoService = ({ ownPorts, agentPorts }: MeshProfile, { originalPort, portOf }: ProxyAccept): boolean =>
  portOf === 'nobody' || (portOf === undefined && (ownPorts.includes(originalPort) || agentPorts.includes(originalPort)))
