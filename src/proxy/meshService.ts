import type { Address } from '../net/address.ts'
import { sameAddress } from '../net/address.ts'

export interface MeshPort {
  readonly name: string
  readonly port: number
  readonly targetPort: number
  readonly protocol: 'http' | 'tcp'
}

/** A pod behind a Service; `mutualTls` where a sidecar takes its connections. */
export interface MeshEndpoint {
  readonly address: Address
  readonly transport: 'plain' | 'mutualTls'
}

/** A Service as every proxy of the mesh knows it. */
export interface MeshService {
  readonly name: string
  readonly namespace: string
  /** Cluster addresses; none: headless. */
  readonly addresses: readonly Address[]
  readonly ports: readonly MeshPort[]
  readonly endpoints: readonly MeshEndpoint[]
  /** How a VirtualService splits its requests; none: it does not. */
  readonly split: readonly MeshSubset[]
}

/** Some of a Service's pods, and its share of the requests. */
export interface MeshSubset {
  readonly name: string
  readonly weight: number
  readonly endpoints: readonly MeshEndpoint[]
}

/** "httpbin.default.svc.cluster.local". */
export const hostname = ({ name, namespace }: MeshService): string => `${name}.${namespace}.svc.cluster.local`

/** The Service and port a dialled address is of: by its cluster address, or a headless one's endpoint. */
export function dialledService(services: readonly MeshService[], address: Address, port: number): { readonly service: MeshService; readonly port: MeshPort } | null {
  for (const service of services) {
    const own = service.addresses.some((each) => sameAddress(each, address))
    const headless = service.addresses.length === 0 && service.endpoints.some((each) => sameAddress(each.address, address))
    const found = own ? service.ports.find((each) => each.port === port) : headless ? service.ports.find((each) => each.targetPort === port) : undefined
    if (found) return { service, port: found }
  }
  return null
}

/** The Service a Host header names on a port, as the route's virtual host lists its domains (httproute.go generateVirtualHostDomains). */
export function namedService(services: readonly MeshService[], authority: string, port: number): { readonly service: MeshService; readonly port: MeshPort } | null {
  const host = authority.replace(/:\d+$/, '')
  for (const service of services) {
    const found = service.ports.find((each) => each.port === port)
    const names = [service.name, `${service.name}.${service.namespace}`, `${service.name}.${service.namespace}.svc`, hostname(service)]
    if (found && names.includes(host)) return { service, port: found }
  }
  return null
}
