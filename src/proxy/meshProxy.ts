import { printAddress, printEndpoint, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Unknown } from '../netfilter/ternary.ts'
import { acceptedByProxy } from './acceptedByProxy.ts'
import type { ProxyAccept, ProxyAction } from './acceptedByProxy.ts'
import type { MeshProfile } from './meshProfile.ts'
import { dialledService, hostname, namedService } from './meshService.ts'
import type { MeshEndpoint, MeshPort, MeshService } from './meshService.ts'
import type { Request } from './request.ts'

/** What istiod has told a proxy, and where it runs. */
export interface MeshView {
  readonly services: readonly MeshService[]
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY'
  /** The addresses of the proxy's own pod. */
  readonly own: readonly Address[]
  /** Names of the passthrough clusters changed in 1.23. */
  readonly inboundPassthrough: 'by family' | 'one'
}

/** Throws dice where a load balancer does. */
export type Dice = (doubt: Unknown) => boolean

/** A sidecar that knows the mesh: listeners, routes by Host, clusters (pilot/pkg/networking/core). */
export function sidecar(profile: MeshProfile, view: MeshView, accept: ProxyAccept, dice: Dice): ProxyAction {
  const plain = acceptedByProxy(profile, accept)
  if (plain.kind !== 'dials') return plain
  return accept.port === profile.outboundPort ? outbound(view, accept, plain, dice) : { ...plain, cluster: inboundCluster(view, accept), request: plainText(accept.request) }
}

type Dialling = Extract<ProxyAction, { kind: 'dials' }>

/** TLS of the mesh ends at the inbound listener. */
const plainText = (request: Request | null): Request | null => request && { ...request, sni: null }

function inboundCluster({ services, own, inboundPassthrough }: MeshView, { originalPort, originalAddress }: ProxyAccept): string {
  const known = services.some(({ endpoints, ports }) => endpoints.some(({ address }) => own.some((each) => sameAddress(each, address))) && ports.some(({ targetPort }) => targetPort === originalPort))
  if (known) return `inbound|${originalPort}||`
  return inboundPassthrough === 'one' ? 'InboundPassthroughCluster' : `InboundPassthroughClusterIpv${originalAddress.family}`
}

/** virtualOutbound hands the connection to the listener of its original destination, an HTTP one to its routes; what none has is passed through or refused. */
function outbound(view: MeshView, accept: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const { originalAddress, originalPort, request } = accept
  const httpPort = view.services.some(({ ports }) => ports.some(({ port, protocol }) => port === originalPort && protocol === 'http'))
  const dialled = dialledService(view.services, originalAddress, originalPort)
  if (request?.protocol === 'http' && httpPort) {
    const named = request.authority === null ? null : (namedService(view.services, request.authority, originalPort) ?? (isAddressOf(dialled?.service, request.authority) ? dialled : null))
    if (named) return toService(named, accept, plain, dice)
    // vhost block_all answers 502 (httproute.go).
    return view.outboundTrafficPolicy === 'ALLOW_ANY' ? { ...plain, cluster: 'PassthroughCluster', request } : { kind: 'answers', status: 502, cluster: 'BlackHoleCluster', why: `no route of port ${originalPort} has the host ${request.authority ?? '-'}, and outboundTrafficPolicy is REGISTRY_ONLY` }
  }
  if (dialled) return toService(dialled, accept, plain, dice)
  if (view.outboundTrafficPolicy === 'REGISTRY_ONLY') return { kind: 'closes', cluster: 'BlackHoleCluster', why: `${printEndpoint(originalAddress, originalPort)} is of no Service, and outboundTrafficPolicy is REGISTRY_ONLY` }
  return { ...plain, cluster: 'PassthroughCluster', request }
}

const isAddressOf = (service: MeshService | undefined, authority: string): boolean => service?.addresses.some((address) => printAddress(address) === authority.replace(/:\d+$/, '')) === true

interface Destination {
  readonly service: MeshService
  readonly port: MeshPort
}

function toService({ service, port }: Destination, { request }: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const cluster = `outbound|${port.port}||${hostname(service)}`
  const endpoint = pick(service.endpoints, cluster, dice)
  if (!endpoint) return { kind: 'answers', status: 503, cluster, why: `${hostname(service)} has no endpoints (UH)` }
  return { ...plain, to: endpoint.address, port: port.targetPort, cluster, request: towards(endpoint, service, port, request), why: `an endpoint of ${hostname(service)}` }
}

/** Between sidecars mutual TLS names the Service and port in SNI (BuildDNSSrvSubsetKey). */
const towards = ({ transport }: MeshEndpoint, service: MeshService, { port }: MeshPort, request: Request | null): Request | null =>
  request && (transport === 'mutualTls' ? { ...request, sni: `outbound_.${port}_._.${hostname(service)}` } : { ...request, sni: request.protocol === 'tls' ? request.sni : null })

/** Each endpoint with the same chance. */
function pick(endpoints: readonly MeshEndpoint[], cluster: string, dice: Dice): MeshEndpoint | null {
  return endpoints.find((endpoint, i) => i === endpoints.length - 1 || dice({ code: 'load-balancing', message: `the proxy chooses ${printAddress(endpoint.address)} of ${cluster}`, probability: 1 / (endpoints.length - i), key: null })) ?? null
}

/** A server of a gateway: which hosts on a port it sends where. */
export interface GatewayRoute {
  readonly port: number
  readonly hosts: readonly string[]
  /** A Service's name with its namespace, "httpbin.default". */
  readonly to: string
  readonly toPort: number
}

/** A gateway: Envoy that listens by itself, routes by Host, and tells the client's address in X-Forwarded-For (use_remote_address, gateway.go buildGatewayConnectionManager). */
export function gateway(routes: readonly GatewayRoute[], { services }: MeshView, accept: ProxyAccept, dice: Dice): ProxyAction {
  const { request, port, peer } = accept
  const own = routes.filter((route) => route.port === port)
  if (own.length === 0) return { kind: 'serves' }
  const route = own.find(({ hosts }) => hosts.some((host) => matchesHost(host, request?.authority ?? null)))
  const service = services.find(({ name, namespace }) => route?.to === `${name}.${namespace}`)
  const servicePort = service?.ports.find((each) => each.port === route?.toPort)
  if (!route || !service || !servicePort) return { kind: 'answers', status: 404, cluster: null, why: `no route of port ${port} has the host ${request?.authority ?? '-'} (NR)` }
  const plain: Dialling = { kind: 'dials', to: peer, port, bind: null, transparent: false, mark: 0, why: '' }
  return toService({ service, port: servicePort }, { ...accept, request: request && { ...request, sni: null, forwardedFor: [...request.forwardedFor, printAddress(peer)] } }, plain, dice)
}

/** "*", "*.example.com", "httpbin.example.com". */
function matchesHost(pattern: string, authority: string | null): boolean {
  if (pattern === '*') return true
  const host = authority?.replace(/:\d+$/, '') ?? ''
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}
