import { anyAddress, loopbackAddress, parseAddress } from '../net/address.ts'
import type { Address, Family } from '../net/address.ts'
import { servicePort } from '../net/service.ts'

/** "127.0.0.1%lo:53", "[::1]:80", ":::80", "*:5353" taken apart. */
export interface SocketAddress {
  readonly address: Address
  readonly port: number
  readonly device: string | null
  /** How the address of all addresses was written, if it was. */
  readonly wildcard: '*' | '0.0.0.0' | '[::]' | '::' | null
}

/** Null when it is none. A lone "*" is taken for one of `starFamily`. */
export function readSocketAddress(text: string, protocol: 'tcp' | 'udp', starFamily: Family): SocketAddress | null {
  const colon = text.lastIndexOf(':')
  const port = servicePort(text.slice(colon + 1), protocol)
  if (colon < 0 || port === null) return null
  const [host = '', device = null] = text.slice(0, colon).replace(/^\[(.*?)\](%.*)?$/, '$1$2').split('%')
  if (host === '*') return { address: anyAddress(starFamily), port, device, wildcard: '*' }
  const address = namedAddress(host) ?? parseAddress(host)
  const wildcard = host === '0.0.0.0' ? host : host !== '::' ? null : text.startsWith('[') ? '[::]' : '::'
  return address && { address, port, device, wildcard }
}

/** What netstat without -n makes of loopback addresses (Debian's /etc/hosts). */
function namedAddress(host: string): Address | null {
  if (host === 'localhost' || host === 'localhost.localdomain') return loopbackAddress(4)
  return host === 'ip6-localhost' || host === 'localhost6' ? loopbackAddress(6) : null
}
