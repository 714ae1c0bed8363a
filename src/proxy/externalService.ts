import type { Address } from '../net/address.ts'
import type { Request } from './request.ts'

/** A ServiceEntry: hosts outside the mesh that its proxies know. */
export interface ExternalService {
  /** "httpbin.org", "*.wikipedia.org". */
  readonly host: string
  readonly ports: readonly { readonly port: number; readonly protocol: 'http' | 'tls' | 'tcp' }[]
  /** NONE dials what the application dialled; DNS and STATIC one of `addresses`, whatever it dialled. */
  readonly resolution: 'NONE' | 'STATIC' | 'DNS'
  readonly addresses: readonly Address[]
  /** Seconds a VirtualService gives its requests; null: as long as it takes. */
  readonly timeout: number | null
  /** The egress gateway's Service ("istio-egressgateway.istio-system") by which sidecars go there, and the server name a DestinationRule gives. */
  readonly via: { readonly service: string; readonly port: number; readonly sni: string | null } | null
}

/** "*", "*.example.com", "httpbin.example.com"; a port behind the name does not count. */
export function matchesHost(pattern: string, name: string | null): boolean {
  if (pattern === '*') return true
  const host = name?.replace(/:\d+$/, '') ?? ''
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** The external service a request on a port is for: by Host, or by the server name of TLS; by its port alone over TCP. */
export const requestedExternal = (externals: readonly ExternalService[], request: Request | null, port: number): ExternalService | null =>
  externals.find(({ host, ports }) => ports.some((each) => each.port === port && isFor(host, each.protocol, request))) ?? null

/** A TCP port's listener takes whatever comes to it. */
function isFor(host: string, protocol: 'http' | 'tls' | 'tcp', request: Request | null): boolean {
  if (protocol === 'tcp') return true
  if (protocol === 'http') return request?.protocol === 'http' && matchesHost(host, request.authority)
  return request !== null && request.sni !== null && matchesHost(host, request.sni)
}
