import type { Address } from '../net/address.ts'
import type { ProxyAccept, ProxyAction } from './acceptedByProxy.ts'

/** A proxy that passes TLS on to the host its server name says (nginx's ngx_stream_ssl_preread_module): `find` is its DNS. */
export function serverNameProxy(port: number, find: (name: string) => Address | null, { request }: ProxyAccept): ProxyAction {
  const name = request?.sni ?? null
  if (name === null) return { kind: 'closes', why: 'no server name says where to' }
  const to = find(name)
  return to ? { kind: 'dials', to, port, bind: null, transparent: false, mark: 0, why: `the server name is ${name}` } : { kind: 'closes', why: `DNS has no address of ${name}` }
}
