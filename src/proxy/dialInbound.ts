import { isLoopback, loopbackAddress, sameAddress } from '../net/address.ts'
import type { Dialling, ProxyAccept } from './acceptedByProxy.ts'
import type { InboundDial, MeshProfile } from './meshProfile.ts'

/** How a proxy dials the application beside it. */
export function dialInbound({ socketMark }: MeshProfile, { originalAddress, originalPort, peer }: ProxyAccept, { to: where, from }: InboundDial): Dialling {
  const to = where === 'localhost' ? loopbackAddress(originalAddress.family) : originalAddress
  const dial = { kind: 'dials', to, port: originalPort } as const
  switch (from.kind) {
    case 'unbound': return { ...dial, bind: null, transparent: false, mark: socketMark, why: 'the inbound cluster binds no source' }
    case 'address': {
      const bind = originalAddress.family === 4 ? from.v4 : from.v6
      return { ...dial, bind, transparent: false, mark: socketMark, why: 'the inbound cluster binds its source (upstream_bind_config)' }
    }
    case 'client': {
      // ztunnel's inbound_passthrough: a client on the destination's own address gets a plain connect.
      const own = socketMark !== 0 && (sameAddress(peer, to) || isLoopback(peer))
      return own
        ? { ...dial, bind: null, transparent: false, mark: socketMark, why: 'the client has the address it dials, so the proxy connects as itself' }
        : { ...dial, bind: peer, transparent: true, mark: from.mark, why: 'the client\'s own address is kept (original_src)' }
    }
  }
}
