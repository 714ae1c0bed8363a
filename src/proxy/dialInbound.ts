import { isLoopback, loopbackAddress, sameAddress } from '../net/address.ts'
import type { Address } from '../net/address.ts'
import type { Dialling, ProxyAccept } from './acceptedByProxy.ts'
import type { InboundDial, MeshProfile } from './meshProfile.ts'

/** How a proxy dials the application beside it. */
export function dialInbound({ socketMark }: MeshProfile, { originalAddress, originalPort, peer }: ProxyAccept, { to: where, from }: InboundDial): Dialling {
  const to = where === 'localhost' ? loopbackAddress(originalAddress.family) : originalAddress
  const dials = (bind: Address | null, transparency: 'own' | 'transparent', mark: number, why: string): Dialling => ({ kind: 'dials', to, port: originalPort, bind, transparent: transparency === 'transparent', mark, why })
  switch (from.kind) {
    case 'unbound': return dials(null, 'own', socketMark, 'the inbound cluster binds no source')
    case 'address': {
      return dials(originalAddress.family === 4 ? from.v4 : from.v6, 'own', socketMark, 'the inbound cluster binds its source (upstream_bind_config)')
    }
    case 'client': {
      // ztunnel's inbound_passthrough: a client on the destination's own address gets a plain connect.
      const own = socketMark !== 0 && (sameAddress(peer, to) || isLoopback(peer))
      return own
        ? dials(null, 'own', socketMark, 'the client has the address it dials, so the proxy connects as itself')
        : dials(peer, 'transparent', from.mark, 'the client\'s own address is kept (original_src)')
    }
  }
}
