import { printAddress, printEndpoint, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import { acceptedByRelease } from './acceptedByProxy.ts'
import type { Dialling, ProxyAccept, ProxyAction } from './acceptedByProxy.ts'
import type { Dice } from './dice.ts'
import { weightedChoice } from './weightedChoice.ts'
import { configuredEnvoy } from './envoy/configuredEnvoy.ts'
import type { EnvoyEndpoint } from './envoy/envoyConfig.ts'
import { ingressDial } from './sidecarIngress.ts'
import type { SidecarIngress } from './sidecarIngress.ts'
import { matchesHost, requestedExternal } from './externalService.ts'
import type { ExternalService } from './externalService.ts'
import type { MeshProfile } from './meshProfile.ts'
import { dialledService, hostname, namedService } from './meshService.ts'
import type { MeshEndpoint, MeshPort, MeshService } from './meshService.ts'
import type { Request } from './request.ts'

/** What istiod has told a proxy, and where it runs. */
export interface MeshView {
  readonly services: readonly MeshService[]
  readonly externals: readonly ExternalService[]
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY'
  /** The addresses of the proxy's own pod. */
  readonly own: readonly Address[]
  /** Ingress listeners of a Sidecar resource; none: each Service of the pod has its own. */
  readonly ingress: readonly SidecarIngress[]
  /** Proxies in front of a gateway whose X-Forwarded-For it believes (gatewayTopology.numTrustedProxies). */
  readonly trustedHops: number
  /** Whether a gateway compares the server name inside the mesh's TLS with the one outside (network filter istio.sni_verifier). */
  readonly sniVerifier: 'used' | 'unused'
  /** Whether the inbound listener adds the caller to X-Forwarded-For (use_remote_address). */
  readonly forwardedFor: 'keep' | 'append'
  /** The proxy's Istio: names of clusters changed. */
  readonly release: { readonly major: number; readonly minor: number; readonly patch: number }
}

/** A sidecar that knows the mesh: listeners, routes by Host, clusters (pilot/pkg/networking/core). */
export function sidecar(profile: MeshProfile, view: MeshView, accept: ProxyAccept, dice: Dice): ProxyAction {
  const shown = configuredEnvoy({ profile, accept, dice, endpointsOf: (cluster) => endpointsOf(view, cluster) })
  if (shown) return shown.kind === 'dials' ? { ...shown, request: accept.port === profile.inboundPort ? arrived(view, accept) : sentOut(view, shown, accept) } : shown
  const plain = ingressDial(profile, view, accept) ?? acceptedByRelease(profile, { ...accept, portOf: hasListener(view, accept) ? 'service' : 'nobody' })
  if (plain.kind !== 'dials') return plain
  return accept.port === profile.outboundPort ? outbound(view, accept, plain, dice) : { ...plain, cluster: inboundCluster(view, accept), request: arrived(view, accept), ...(accept.request?.protocol === 'http' && { route: DEFAULT_ROUTE }) }
}

/** The endpoints of a cluster named "outbound|port|subset|host", where the Service is known. */
function endpointsOf({ services }: MeshView, cluster: string): readonly EnvoyEndpoint[] | null {
  const [, number, subset = '', host] = cluster.split('|')
  const service = services.find((each) => hostname(each) === host)
  const port = service?.ports.find((each) => String(each.port) === number)
  const endpoints = subset === '' ? service?.endpoints : service?.split.find(({ name }) => name === subset)?.endpoints
  return port && endpoints ? endpoints.map(({ address }) => ({ address, port: port.targetPort })) : null
}

/** What a request is on its way to an endpoint that the configuration chose. */
function sentOut({ services }: MeshView, { to, cluster = '' }: Dialling, { request }: ProxyAccept): Request | null {
  const endpoint = services.flatMap(({ endpoints }) => endpoints).find(({ address }) => sameAddress(address, to))
  return endpoint ? towards(endpoint, cluster.replaceAll('|', '_.'), request) : request
}

/** What istiod calls the routes of sidecars (route.go DefaultRouteName); those of a VirtualService without a name have none. */
const DEFAULT_ROUTE = 'default'

/** TLS of the mesh ends at the inbound listener. */
const arrived = ({ forwardedFor }: MeshView, { request, peer }: ProxyAccept): Request | null =>
  request && { ...request, sni: null, ...(forwardedFor === 'append' && request.protocol === 'http' && { forwardedFor: [...request.forwardedFor, printAddress(peer)] }) }

/** The Service's own inbound listeners are gone where a Sidecar names some (buildInboundClustersFromSidecar). */
const hasListener = (view: MeshView, accept: ProxyAccept): boolean =>
  view.ingress.length > 0 ? view.ingress.some(({ port }) => port === accept.originalPort) : ownService(view, accept) !== undefined

/** The Service of which the proxy's own pod is an endpoint on this port. */
const ownService = ({ services, own }: MeshView, { originalPort }: ProxyAccept): MeshService | undefined =>
  services.find(({ endpoints, ports }) => endpoints.some(({ address }) => own.some((each) => sameAddress(each, address))) && ports.some(({ targetPort }) => targetPort === originalPort))

/** inbound|targetPort|| from 1.8.1, inbound|servicePort|| in 1.8.0, with the port's and the Service's name before (util.BuildInboundSubsetKey). */
function inboundCluster(view: MeshView, accept: ProxyAccept): string {
  const { release } = view
  const { originalPort, originalAddress } = accept
  const service = ownService(view, accept)
  const port = service?.ports.find(({ targetPort }) => targetPort === originalPort)
  if (view.ingress.some((each) => each.port === originalPort)) return `inbound|${originalPort}||`
  if (!service || !port || view.ingress.length > 0) return release.minor >= 23 ? 'InboundPassthroughCluster' : `InboundPassthroughClusterIpv${originalAddress.family}`
  if (release.minor > 8 || (release.minor === 8 && release.patch > 0)) return `inbound|${originalPort}||`
  return release.minor === 8 ? `inbound|${port.port}||` : `inbound|${port.port}|${port.name}|${hostname(service)}`
}

/** virtualOutbound hands the connection to the listener of its original destination, an HTTP one to its routes; what none has is passed through or refused. */
function outbound(view: MeshView, accept: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const { originalAddress, originalPort, request } = accept
  const httpPort = [...view.services, ...view.externals].some(({ ports }) => ports.some(({ port, protocol }) => port === originalPort && protocol === 'http'))
  const dialled = dialledService(view.services, originalAddress, originalPort)
  if (request?.protocol === 'http' && httpPort) {
    const named = request.authority === null ? null : (namedService(view.services, request.authority, originalPort) ?? (isAddressOf(dialled?.service, request.authority) ? dialled : null))
    if (named) return toService(named, accept, { ...plain, route: DEFAULT_ROUTE }, dice)
    const external = requestedExternal(view.externals, request, originalPort)
    if (external) return toExternal(external, view, accept, external.via ? plain : { ...plain, route: DEFAULT_ROUTE }, dice)
    // vhost block_all answers 502 (httproute.go).
    return view.outboundTrafficPolicy === 'ALLOW_ANY' ? { ...plain, cluster: 'PassthroughCluster', route: 'allow_any', request } : { kind: 'answers', status: 502, cluster: 'BlackHoleCluster', why: `no route of port ${originalPort} has the host ${request.authority ?? '-'}, and outboundTrafficPolicy is REGISTRY_ONLY` }
  }
  if (dialled) return toService(dialled, accept, plain, dice)
  const external = requestedExternal(view.externals, request, originalPort)
  if (external) return toExternal(external, view, accept, plain, dice)
  if (view.outboundTrafficPolicy === 'REGISTRY_ONLY') return { kind: 'closes', cluster: 'BlackHoleCluster', why: `${printEndpoint(originalAddress, originalPort)} is of no Service, and outboundTrafficPolicy is REGISTRY_ONLY` }
  return { ...plain, cluster: 'PassthroughCluster', request }
}

const isAddressOf = (service: MeshService | undefined, authority: string): boolean => service?.addresses.some((address) => printAddress(address) === authority.replace(/:\d+$/, '')) === true

interface Destination {
  readonly service: MeshService
  readonly port: MeshPort
}

function toService({ service, port }: Destination, { request }: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const subset = request?.protocol === 'http' ? weightedChoice(service.split, 'subset ', dice) : null
  const cluster = `outbound|${port.port}|${subset?.name ?? ''}|${hostname(service)}`
  const endpoint = pick((subset ?? service).endpoints, cluster, dice)
  if (!endpoint) return { kind: 'answers', status: 503, cluster, why: `${hostname(service)} has no endpoints (UH)` }
  return { ...plain, to: endpoint.address, port: port.targetPort, cluster, request: towards(endpoint, `outbound_.${port.port}_.${subset?.name ?? ''}_.${hostname(service)}`, request), why: `an endpoint of ${hostname(service)}` }
}

/** Through the egress gateway where there is one; else to what the ServiceEntry's resolution gives. */
function toExternal(external: ExternalService, { services }: MeshView, accept: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const { via } = external
  const service = via && services.find(({ name, namespace }) => `${name}.${namespace}` === via.service)
  const port = service?.ports.find((each) => each.port === via?.port)
  const action = service && port ? toService({ service, port }, accept, plain, dice) : straight(external, accept, plain, dice)
  return via?.sni && action.kind === 'dials' && action.request ? { ...action, request: wrapped(action.request, via.sni) } : action
}

/** The mesh's TLS, with the application's inside where it speaks TLS itself. */
const wrapped = (request: Request, sni: string): Request => (request.protocol === 'tls' ? { ...request, sni, innerSni: request.sni } : { ...request, sni })

function straight({ host, resolution, addresses, timeout }: ExternalService, { originalPort, request }: ProxyAccept, plain: Dialling, dice: Dice): ProxyAction {
  const cluster = `outbound|${originalPort}||${host}`
  const limit = timeout !== null && request?.protocol === 'http' ? { timeout } : {}
  if (resolution === 'NONE') return { ...plain, ...limit, cluster, request, why: 'its ServiceEntry has resolution NONE: the address the application dialled' }
  const endpoint = pick(addresses.map((address) => ({ address, transport: 'plain' })), cluster, dice)
  if (!endpoint) return { kind: 'answers', status: 503, cluster, why: `${host} has no addresses (UH)` }
  return { ...plain, ...limit, to: endpoint.address, cluster, request, why: `its ServiceEntry has resolution ${resolution}: whatever address the application dialled` }
}

/** Between sidecars mutual TLS names the Service and port in SNI (BuildDNSSrvSubsetKey). */
const towards = ({ transport }: MeshEndpoint, name: string, request: Request | null): Request | null =>
  request && (transport === 'mutualTls' ? { ...request, sni: name } : { ...request, sni: request.protocol === 'tls' ? request.sni : null })

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

/** A gateway: Envoy that listens by itself, routes by Host or server name, and tells the client's address in X-Forwarded-For (use_remote_address, gateway.go buildGatewayConnectionManager). */
export function gateway(routes: readonly GatewayRoute[], { services, externals, trustedHops, sniVerifier }: MeshView, accept: ProxyAccept, dice: Dice): ProxyAction {
  const { request, port, peer } = accept
  const own = routes.filter((route) => route.port === port)
  if (own.length === 0) return { kind: 'serves' }
  if (sniVerifier === 'used' && request?.innerSni !== undefined && request.innerSni !== request.sni) return { kind: 'closes', why: `the server name inside, ${request.innerSni ?? '-'}, is not the one outside, ${request.sni ?? '-'} (sni_verifier)` }
  const name = request?.protocol === 'http' ? request.authority : (request?.sni ?? null)
  const route = own.find(({ hosts }) => hosts.some((host) => matchesHost(host, name)))
  const client = trustedHops > 0 ? request?.forwardedFor.at(-trustedHops) : undefined
  const plain: Dialling = { kind: 'dials', to: peer, port: route?.toPort ?? port, bind: null, transparent: false, mark: 0, why: '', ...(client !== undefined && { client }) }
  const onward: ProxyAccept = { ...accept, originalPort: route?.toPort ?? port, request: request && forwarded(request, request.proxied?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '') ?? printAddress(peer)) }
  const service = services.find((each) => route?.to === `${each.name}.${each.namespace}`)
  const servicePort = service?.ports.find((each) => each.port === route?.toPort)
  if (service && servicePort) return toService({ service, port: servicePort }, onward, plain, dice)
  const external = externals.find(({ host }) => host === route?.to)
  if (external) return straight(external, onward, plain, dice)
  return { kind: 'answers', status: 404, cluster: null, why: `no route of port ${port} has the host ${name ?? '-'} (NR)` }
}

/** HTTP ends at a gateway and begins anew; what is only TLS to it passes with its server name, and out of the mesh's TLS where it came in it. */
function forwarded({ proxied, innerSni, ...request }: Request, client: string): Request {
  void proxied
  if (request.protocol === 'http') return { ...request, sni: null, forwardedFor: [...request.forwardedFor, client] }
  return innerSni === undefined ? request : { ...request, sni: innerSni }
}
